//! Why a call was not done, and what that means for the run.

use std::fmt;
use std::time::Duration;

use super::convert::wit;
use crate::{Cause, Failure, cause};

/// A call that was not done. `?` makes it the run's failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What was tried, as `apply ConfigMap web/greeting`.
    pub attempted: String,
    /// What kept it from being done.
    pub reason: Reason,
}

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no such object.
    NotFound,
    /// A UID or resourceVersion precondition failed: somebody changed it.
    Changed,
    /// Server-side apply met fields of other managers.
    Conflict(Vec<FieldConflict>),
    /// A rule says no.
    Forbidden(Denial),
    /// The API server does not take it.
    Invalid(Vec<Cause>),
    /// The API server took too long.
    TimedOut,
    /// The host gave up retrying; the API server asked to wait so long.
    Throttled(Duration),
    /// Not reachable, or 5xx after retries; the text says what was tried.
    Unavailable(String),
    /// A guarded write was sent and its answer is not known; the text says what to check.
    OutcomeUnknown(String),
    /// More bytes than the limit, which it names.
    TooLarge(u64),
    /// The deployment was cancelled.
    Cancelled,
    /// What later hosts may say: a code and a sentence.
    Other(String, String),
}

/// The rule that said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Who has that rule.
    pub layer: Layer,
    /// The rule, or the API server's own words.
    pub rule: String,
}

/// Who has a rule, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The step's own declaration does not list it.
    Declaration,
    /// The project did not grant it.
    Grant,
    /// It lies outside the target's namespace or scope.
    Boundary,
    /// The API server's RBAC refused the target's account.
    Cluster,
    /// Quota, `PodSecurity`, a webhook, a terminating namespace.
    Admission,
}

/// Another owner of a field, which `apply` without `force` met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// The field, as `spec.replicas`.
    pub path: String,
    /// The field manager that applied it last.
    pub manager: String,
}

impl Error {
    pub(super) fn new(verb: &str, object: impl fmt::Display, reason: impl Into<Reason>) -> Self {
        Self {
            attempted: format!("{verb} {object}"),
            reason: reason.into(),
        }
    }

    /// There is no such object.
    pub fn is_not_found(&self) -> bool {
        self.reason == Reason::NotFound
    }

    /// Somebody changed it meanwhile: read it again and decide anew.
    pub fn is_changed(&self) -> bool {
        self.reason == Reason::Changed
    }

    /// The rule that said no, if one did.
    pub fn denial(&self) -> Option<&Denial> {
        match &self.reason {
            Reason::Forbidden(denial) => Some(denial),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.attempted, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("it does not exist"),
            Self::Changed => f.write_str("somebody changed it meanwhile"),
            Self::Conflict(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|it| format!("{} belongs to {}", it.path, it.manager))
                    .collect();
                f.write_str(&fields.join("; "))
            }
            Self::Forbidden(denial) => denial.fmt(f),
            Self::Invalid(causes) => write!(f, "it is not valid: {}", cause::sentence(causes)),
            Self::TimedOut => f.write_str("the API server did not answer in time"),
            Self::Throttled(after) => {
                write!(f, "the API server is busy and asks to wait {} s", after.as_secs())
            }
            Self::Unavailable(what) => write!(f, "the API server cannot be reached: {what}"),
            Self::OutcomeUnknown(what) => {
                write!(f, "it was sent, and what became of it is not known: {what}")
            }
            Self::TooLarge(limit) => write!(f, "it is larger than {limit} bytes"),
            Self::Cancelled => f.write_str("the deployment was cancelled"),
            Self::Other(code, sentence) => write!(f, "{sentence} ({code})"),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.layer {
            Layer::Declaration => "the step does not declare it",
            Layer::Grant => "the project does not grant it",
            Layer::Boundary => "it lies outside the target's boundary",
            Layer::Cluster => "the API server forbids it to the target's account",
            Layer::Admission => "the API server does not admit it",
        };
        match self.rule.as_str() {
            "" => f.write_str(who),
            rule => write!(f, "{who}: {rule}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match error.reason {
            Reason::NotFound
            | Reason::Changed
            | Reason::Conflict(_)
            | Reason::Forbidden(_)
            | Reason::Invalid(_)
            | Reason::TooLarge(_)
            | Reason::Other(..) => Self::Failed(sentence),
            Reason::TimedOut
            | Reason::Throttled(_)
            | Reason::Unavailable(_)
            | Reason::OutcomeUnknown(_)
            | Reason::Cancelled => Self::Errored(sentence),
        }
    }
}

impl From<wit::Error> for Reason {
    fn from(error: wit::Error) -> Self {
        match error {
            wit::Error::NotFound => Self::NotFound,
            wit::Error::Changed => Self::Changed,
            wit::Error::Conflict(fields) => Self::Conflict(fields.into_iter().map(Into::into).collect()),
            wit::Error::Forbidden(denial) => Self::Forbidden(denial.into()),
            wit::Error::Invalid(causes) => Self::Invalid(causes.into_iter().map(Into::into).collect()),
            wit::Error::TimedOut => Self::TimedOut,
            wit::Error::Throttled(seconds) => Self::Throttled(Duration::from_secs(seconds.into())),
            wit::Error::Unavailable(what) => Self::Unavailable(what),
            wit::Error::OutcomeUnknown(what) => Self::OutcomeUnknown(what),
            wit::Error::TooLarge(limit) => Self::TooLarge(limit),
            wit::Error::Cancelled => Self::Cancelled,
            wit::Error::Other((code, sentence)) => Self::Other(code, sentence),
        }
    }
}

impl From<wit::FieldConflict> for FieldConflict {
    fn from(conflict: wit::FieldConflict) -> Self {
        Self {
            path: conflict.path,
            manager: conflict.manager,
        }
    }
}

impl From<wit::Denial> for Denial {
    fn from(denial: wit::Denial) -> Self {
        let layer = match denial.layer {
            wit::Layer::Declaration => Layer::Declaration,
            wit::Layer::Grant => Layer::Grant,
            wit::Layer::Boundary => Layer::Boundary,
            wit::Layer::Cluster => Layer::Cluster,
            wit::Layer::Admission => Layer::Admission,
        };
        Self {
            layer,
            rule: denial.rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(reason: Reason) -> Failure {
        Error::new("apply", "ConfigMap web/a", reason).into()
    }

    #[test]
    fn a_no_is_failed_and_what_could_not_be_found_out_is_errored() {
        let denial = Denial {
            layer: Layer::Cluster,
            rule: "no".to_owned(),
        };
        for reason in [
            Reason::NotFound,
            Reason::Changed,
            Reason::Conflict(Vec::new()),
            Reason::Forbidden(denial),
            Reason::Invalid(Vec::new()),
            Reason::TooLarge(1),
            Reason::Other("expired".to_owned(), "start again".to_owned()),
        ] {
            assert!(
                matches!(failure(reason.clone()), Failure::Failed(_)),
                "{reason:?}"
            );
        }
        for reason in [
            Reason::TimedOut,
            Reason::Throttled(Duration::from_secs(1)),
            Reason::Unavailable("refused".to_owned()),
            Reason::OutcomeUnknown("look".to_owned()),
            Reason::Cancelled,
        ] {
            assert!(
                matches!(failure(reason.clone()), Failure::Errored(_)),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn a_failure_says_what_was_tried_and_why_not() {
        let conflict = FieldConflict {
            path: "spec.replicas".to_owned(),
            manager: "kubectl-edit".to_owned(),
        };
        let said = [
            Reason::Conflict(vec![conflict]),
            Reason::Forbidden(Denial {
                layer: Layer::Boundary,
                rule: "only web".to_owned(),
            }),
            Reason::Invalid(vec![Cause::new("spec.x", "field not declared in schema")]),
        ]
        .map(|it| failure(it).to_string());
        assert_eq!(
            said,
            [
                "cannot apply ConfigMap web/a: spec.replicas belongs to kubectl-edit",
                "cannot apply ConfigMap web/a: it lies outside the target's boundary: only web",
                "cannot apply ConfigMap web/a: it is not valid: spec.x: field not declared in schema",
            ]
        );
    }
}
