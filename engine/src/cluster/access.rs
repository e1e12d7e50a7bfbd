//! May we? Asked of the API server before anything is tried.

use super::{Cluster, Error, ObjectReference};

/// One thing that the account has to be allowed, in RBAC's terms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Right {
    /// RBAC's verb: get, list, watch, create, patch, delete …
    pub verb: String,
    /// Empty for the core group, `*` for any.
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// As in `log` of `pods/log`; empty for none.
    pub subresource: String,
    /// Nothing means the default namespace.
    pub namespace: Option<String>,
    /// Nothing means any name.
    pub name: Option<String>,
}

impl Cluster {
    /// Whether the account may do this to this object. An empty name means any.
    pub async fn can_i(
        &self,
        verb: &str,
        object: &ObjectReference,
        subresource: &str,
    ) -> Result<bool, Error> {
        let _ = (verb, object, subresource);
        unimplemented!()
    }

    /// All the rights that are missing, as sentences such as `create deployments.apps in namespace web`; none is well.
    pub async fn preflight(&self, rights: &[Right]) -> Result<Vec<String>, Error> {
        let _ = rights;
        unimplemented!()
    }
}
