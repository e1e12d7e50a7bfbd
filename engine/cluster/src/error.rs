//! Why a call to the cluster did not do what was asked. Mirrors `error` of `shipslog:step/kubernetes`.

use std::fmt;

use thiserror::Error;

/// Users read the text as it stands; it never holds the data of a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// No such object.
    #[error("not found")]
    NotFound,
    /// A precondition on UID or resourceVersion failed.
    #[error("it was changed by somebody else meanwhile")]
    Changed,
    /// Server-side apply met fields of other managers.
    #[error("fields belong to other managers: {}", list(.0))]
    Conflict(Vec<FieldConflict>),
    /// A rule of the cluster forbids it.
    #[error("{0}")]
    Forbidden(Denial),
    /// The request itself is wrong; trying again would not help.
    #[error("invalid: {}", list(.0))]
    Invalid(Vec<Cause>),
    /// The time given was not enough.
    #[error("no answer in the time given")]
    TimedOut,
    /// The server asks us to slow down, longer than we may wait. Seconds.
    #[error("the API server is throttling; it asks to try again in {0} s")]
    Throttled(u32),
    /// Not reachable or 5xx after retries; says what was tried.
    #[error("{0}")]
    Unavailable(String),
    /// A write was sent and its answer is not known; says what to check.
    #[error("{0}")]
    OutcomeUnknown(String),
    /// The last of several tries was refused so; an earlier one got no answer, and may have been done, or may be yet.
    #[error("{0}; an earlier try got no answer, and may have been done")]
    Doubtful(Box<Error>),
    /// The answer has more bytes than we take.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The API server does not know us: the credential is wrong, expired or revoked. Worth one more try after reading
    /// the credential again.
    #[error("the API server does not accept the account's credential ({0}); renew the Account's secret")]
    Unauthorized(String),
    /// The API server's certificate is not signed by the given CA.
    #[error("the API server's certificate is not trusted: {0}")]
    Untrusted(String),
    /// What does not fit above.
    #[error("{message} ({code})")]
    Other {
        /// For programs.
        code: String,
        /// For people.
        message: String,
    },
}

impl Error {
    /// One thing is wrong, at this path.
    pub(super) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Cause {
            path: path.into(),
            message: message.into(),
        }])
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// As in `spec.template.spec.containers[0].ports`; may be empty.
    pub path: String,
    /// A sentence.
    pub message: String,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Another owner of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// As in `spec.replicas`.
    pub path: String,
    /// The field manager that holds it.
    pub manager: String,
}

impl fmt::Display for FieldConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of `{}`", self.path, self.manager)
    }
}

/// Which rule said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The API server's RBAC refused the account.
    Cluster,
    /// Quota, `PodSecurity`, a webhook, a terminating namespace.
    Admission,
}

/// A no, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Who said no.
    pub layer: Layer,
    /// The API server's own words.
    pub rule: String,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Layer::Cluster => write!(f, "the account may not: {}", self.rule),
            Layer::Admission => write!(f, "the cluster does not admit it: {}", self.rule),
        }
    }
}

fn list<T: fmt::Display>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
