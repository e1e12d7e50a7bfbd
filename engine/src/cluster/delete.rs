//! Deleting one object.

use super::{Cluster, Error, ObjectReference};

/// What becomes of the objects that it owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// Deleted after it.
    #[default]
    Background,
    /// Deleted before it.
    Foreground,
    /// Left alone.
    Orphan,
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What becomes of the objects that it owns.
    pub propagation: Propagation,
    /// Only the one with this UID; another one, or none, is success.
    pub uid: Option<String>,
    /// Only if it is still at this version, else `Changed`.
    pub resource_version: Option<String>,
}

impl Cluster {
    /// Deletes it. Success where it, or the one with this UID, is already gone; it may linger for its finalizers.
    pub async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<(), Error> {
        let _ = (object, options);
        unimplemented!()
    }
}
