//! Reading objects, one or many.

use serde_json::Value;

use super::{Cluster, Error, ObjectReference};

/// Which objects to list.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Empty for the core group.
    pub group: String,
    /// Within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing means the default namespace, or all for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// As in `app=httpd,tier!=cache`; empty for all.
    pub label_selector: String,
    /// Dotted fields to keep; empty keeps all.
    pub fields: Vec<String>,
    /// How many at most; 0 leaves it to the host.
    pub limit: u32,
    /// Where the page before ended.
    pub continue_from: Option<String>,
}

/// A part of a list.
pub struct Page {
    /// The objects.
    pub objects: Vec<Value>,
    /// Where to go on; nothing at the end.
    pub continue_from: Option<String>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("objects", &self.objects.len())
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// The object as it is.
    pub async fn get(&self, object: &ObjectReference) -> Result<Value, Error> {
        let _ = object;
        unimplemented!()
    }

    /// A page of objects.
    pub async fn list(&self, selection: &Selection) -> Result<Page, Error> {
        let _ = selection;
        unimplemented!()
    }
}
