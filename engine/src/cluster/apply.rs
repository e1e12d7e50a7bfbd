//! Server-side apply.

use serde_json::Value;

use super::{Cluster, Error};

/// How to apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Take fields from other managers.
    pub force: bool,
    /// Refuse with `Changed` unless the object has this UID.
    pub uid: Option<String>,
    /// Refuse with `Changed` unless the object has this resourceVersion.
    pub resource_version: Option<String>,
}

/// What came of it.
pub struct Applied {
    /// As the server has it now.
    pub object: Value,
    /// `metadata.generation` of this very write.
    pub generation: Option<i64>,
    /// Whether the server had it otherwise before.
    pub changed: bool,
}

impl std::fmt::Debug for Applied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Applied")
            .field("generation", &self.generation)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Applies the object as this field manager.
    pub async fn apply(
        &self,
        object: &Value,
        manager: &str,
        options: &ApplyOptions,
    ) -> Result<Applied, Error> {
        let _ = (object, manager, options);
        unimplemented!()
    }
}
