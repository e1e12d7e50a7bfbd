//! Patches other than apply.

use serde_json::Value;

use super::{Cluster, Error, ObjectReference};

/// How the patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 7386.
    Merge,
    /// RFC 6902.
    JsonPatch,
    /// Kubernetes's own.
    Strategic,
}

/// What the object must still be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
}

impl Cluster {
    /// Patches and answers with the object as it is then.
    pub async fn patch(
        &self,
        object: &ObjectReference,
        kind: PatchKind,
        patch: &Value,
        manager: &str,
        precondition: &Precondition,
    ) -> Result<Value, Error> {
        let _ = (object, kind, patch, manager, precondition);
        unimplemented!()
    }
}
