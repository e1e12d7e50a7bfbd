//! What a component answers beside what it is asked for: that the inputs are wrong, or nothing at all.

use std::fmt::{self, Display};

use shipslog_domain::capability::Capability;

/// The component could not answer: it is no step, or it failed inside the sandbox. Users read the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Errored(pub String);

/// What is wrong with the inputs, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// As in `containers[0].ports`; may be empty.
    pub path: String,
    /// What is wrong there, in a sentence.
    pub message: String,
}

/// Why `check` named no capabilities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckRefusal {
    /// The inputs are wrong.
    #[error("the inputs are not valid: {}", sentences(.0))]
    Inputs(Vec<Cause>),
    /// The step needs more than its component describes: a fault of the component.
    #[error("the step asks for more than its component declares: {}", sentences(.0))]
    BeyondDescription(Vec<Capability>),
    /// The component gave no answer that could be used.
    #[error(transparent)]
    Errored(#[from] Errored),
}

fn sentences(of: &[impl Display]) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}
