//! Why an object is as it is.

use std::fmt;

use shipslog_rights::words::CONDITION;

use super::ObjectReference;
use super::convert::wit;

/// Why an object is as it is, in words, with what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The object that this is about.
    pub object: ObjectReference,
    /// As `Readiness probe: exec: "no-such-command": executable file not found in $PATH`.
    pub summary: String,
    /// What the cluster reported, oldest first, and the conditions of pods that are not as they should be.
    pub events: Vec<String>,
    /// The last lines of the containers' logs.
    pub log_tail: Vec<String>,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.summary)?;
        for event in &self.events {
            let word = if event.starts_with(CONDITION) {
                ""
            } else {
                "event: "
            };
            write!(f, "\n  {word}{event}")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_what_it_is() {
        let evidence = Evidence {
            object: ObjectReference::new("apps/v1", "Deployment", "httpd"),
            summary: "0 of 1 available".to_owned(),
            events: vec![
                "Pod httpd-1: Unhealthy: no".to_owned(),
                "condition: Pod httpd-1: Ready is False".to_owned(),
            ],
            log_tail: vec!["bye".to_owned()],
        };
        let lines = "Deployment httpd: 0 of 1 available\n  event: Pod httpd-1: Unhealthy: no\n  condition: Pod httpd-1: \
                     Ready is False\n  log: bye";
        assert_eq!(evidence.to_string(), lines);
    }
}
