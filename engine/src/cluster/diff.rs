//! What apply would change, by the server's dry run.

use serde_json::Value;

use super::{Cluster, Error};

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It, or the whole object, is new.
    Created,
    /// It gets another value.
    Changed,
    /// It goes away.
    Deleted,
    /// Nothing happens to the whole object.
    Unchanged,
}

/// One field's change.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// What happens.
    pub kind: ChangeKind,
    /// As in `spec.replicas`; empty for the whole object.
    pub path: String,
    /// Nothing where it was not there, or where the value is a Secret's.
    pub before: Option<Value>,
    /// Nothing where it will not be there, or where the value is a Secret's.
    pub after: Option<Value>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.kind, self.path)
    }
}

impl Cluster {
    /// What `apply` would change.
    pub async fn diff(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error> {
        let _ = (object, manager);
        unimplemented!()
    }
}
