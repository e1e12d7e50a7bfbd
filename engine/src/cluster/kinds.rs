//! Which kinds the cluster knows, and under which path.

use super::{Cluster, Error, ObjectReference};

/// What discovery says of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    /// Empty for the core group.
    pub group: String,
    /// Within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// As in the URL.
    pub plural: String,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

#[derive(Default)]
pub(super) struct Kinds {}

impl Cluster {
    /// What the cluster knows of this kind.
    pub async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error> {
        let _ = (group, version, kind);
        unimplemented!()
    }

    /// The same reference with the namespace that it means: the default one filled in, none for cluster-scoped kinds.
    pub async fn locate(&self, object: &ObjectReference) -> Result<ObjectReference, Error> {
        let _ = object;
        unimplemented!()
    }
}
