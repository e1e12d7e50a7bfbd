//! What is wrong, and where.

use std::fmt;

use crate::bindings::shipslog::step::types as wit;

/// What is wrong with inputs or with an object, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// As in `spec.template.spec.containers[0].ports`; empty for the whole.
    pub path: String,
    /// What is wrong and what would be right, without repeating the value, which may be a secret.
    pub message: String,
}

impl Cause {
    /// A cause at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Several causes in one line.
pub(crate) fn sentence(causes: &[Cause]) -> String {
    causes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl From<wit::Cause> for Cause {
    fn from(cause: wit::Cause) -> Self {
        Self::new(cause.path, cause.message)
    }
}

impl From<Cause> for wit::Cause {
    fn from(cause: Cause) -> Self {
        Self {
            path: cause.path,
            message: cause.message,
        }
    }
}
