//! Why an object is as it is, in words, with what was seen.

use super::{Cluster, Error, ObjectReference};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Of which object.
    pub object: ObjectReference,
    /// In one line, so that a person can act on it.
    pub summary: String,
    /// What the cluster reported of it and its parts, newest last.
    pub events: Vec<String>,
    /// The last lines that its containers wrote.
    pub log_tail: Vec<String>,
}

impl Cluster {
    /// Reads the object and everything around it that may say why it is as it is.
    pub async fn explain(&self, object: &ObjectReference) -> Result<Evidence, Error> {
        let _ = object;
        unimplemented!()
    }
}
