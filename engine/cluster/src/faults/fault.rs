//! What can go wrong with a request.

use serde_json::{Value, json};

use super::LIMIT;
use crate::fake::Reply;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is refused.
    Refused,
    /// No answer ever.
    Silence,
    Conflict,
    Throttled(Often),
    /// A 500.
    Broken(Often),
    /// A 503.
    Away(Often),
    /// The connection is cut after the request was sent; the server did not hear it.
    Cut(Often),
    /// The same, but it did.
    CutHeard(Often),
    /// Half of a good answer comes.
    Half(Often),
    /// A 200 of a proxy that heard nothing of Kubernetes.
    NotJson,
    /// A good answer that is too large.
    TooLarge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Often {
    Once,
    Always,
}

use Often::{Always, Once};

impl Fault {
    pub(super) const ALL: [Self; 17] = [
        Self::Refused,
        Self::Silence,
        Self::Conflict,
        Self::Throttled(Once),
        Self::Throttled(Always),
        Self::Broken(Once),
        Self::Broken(Always),
        Self::Away(Once),
        Self::Away(Always),
        Self::Cut(Once),
        Self::Cut(Always),
        Self::CutHeard(Once),
        Self::CutHeard(Always),
        Self::Half(Once),
        Self::Half(Always),
        Self::NotJson,
        Self::TooLarge,
    ];

    pub(super) fn is_at(self, nth: usize) -> bool {
        self.lasts() || nth == 0
    }

    pub(super) fn lasts(self) -> bool {
        self.often() == Always
    }

    fn often(self) -> Often {
        match self {
            Self::Throttled(often)
            | Self::Broken(often)
            | Self::Away(often)
            | Self::Cut(often)
            | Self::CutHeard(often)
            | Self::Half(often) => often,
            Self::Refused | Self::Silence | Self::Conflict | Self::NotJson | Self::TooLarge => Always,
        }
    }

    /// Whether a client cannot know what became of its write.
    pub(super) fn leaves_doubt(self) -> bool {
        !matches!(self, Self::Refused | Self::Conflict | Self::Throttled(_))
    }

    /// Whether the server does what was asked all the same.
    pub(super) fn is_heard(self) -> bool {
        matches!(self, Self::CutHeard(_) | Self::Half(_) | Self::TooLarge)
    }

    pub(super) fn reply(self, heard: Option<Reply>) -> Reply {
        match self {
            Self::Refused => Reply::Unreachable,
            Self::Silence => Reply::Silence,
            Self::Conflict => Reply::Json(
                409,
                json!({"message": "already exists", "reason": "AlreadyExists"}),
            ),
            Self::Throttled(_) => Reply::RetryAfter(429, 1),
            Self::Broken(_) => Reply::Json(500, json!({"message": "etcdserver: request timed out"})),
            Self::Away(_) => Reply::Json(503, json!({"message": "apiserver is shutting down"})),
            Self::Cut(_) | Self::CutHeard(_) => Reply::Cut,
            Self::Half(_) => Reply::Half(body(heard)),
            Self::NotJson => Reply::Text(200, "<html>Sign in to the proxy</html>"),
            Self::TooLarge => Reply::Json(200, json!({"data": "x".repeat(LIMIT)})),
        }
    }
}

/// What a sound server would have answered, or anything as long.
fn body(heard: Option<Reply>) -> Value {
    match heard {
        Some(Reply::Json(_, body)) => body,
        _ => json!({"resources": [{"kind": "ConfigMap", "name": "configmaps"}]}),
    }
}
