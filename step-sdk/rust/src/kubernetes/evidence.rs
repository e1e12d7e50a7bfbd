//! Why an object is as it is.

use std::fmt;

use super::ObjectReference;
use super::convert::wit;

/// Why an object is as it is, in words, with what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which object.
    pub object: ObjectReference,
    /// As `Readiness probe: exec: "no-such-command": executable file not found in $PATH`.
    pub summary: String,
    /// What the cluster reported, oldest first.
    pub events: Vec<String>,
    /// The last lines of the containers' logs.
    pub log_tail: Vec<String>,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.summary)?;
        for event in &self.events {
            write!(f, "\n  event: {event}")?;
        }
        for line in &self.log_tail {
            write!(f, "\n  log: {line}")?;
        }
        Ok(())
    }
}

impl From<wit::Evidence> for Evidence {
    fn from(evidence: wit::Evidence) -> Self {
        Self {
            object: evidence.object.into(),
            summary: evidence.summary,
            events: evidence.events,
            log_tail: evidence.log_tail,
        }
    }
}
