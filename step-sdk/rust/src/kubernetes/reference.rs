//! How a call names an object.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use shipslog_rights::kind::group_and_version;
use shipslog_rights::words;

use super::convert::object;
use crate::Failure;

/// Names an object. `group` is empty for the core group; without `namespace` the target's own is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct ObjectReference {
    /// Empty for the core group.
    pub group: String,
    /// As `v1`.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing means the target's own, or none for cluster-scoped kinds.
    #[serde(default)]
    pub namespace: Option<String>,
    /// How it is called in its namespace.
    pub name: String,
}

impl ObjectReference {
    /// An object in the target's own namespace, or of a cluster-scoped kind; `api_version` as `apps/v1`.
    pub fn new(api_version: &str, kind: &str, name: impl Into<String>) -> Self {
        let (group, version) = group_and_version(api_version);
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: name.into(),
        }
    }

    /// In this namespace.
    #[must_use]
    pub fn in_namespace(self, namespace: impl Into<String>) -> Self {
        Self {
            namespace: Some(namespace.into()),
            ..self
        }
    }

    /// Whether objects of its kind run pods, so that there is more to see than the object.
    pub fn runs_pods(&self) -> bool {
        shipslog_rights::workload::runs_pods(&self.group, &self.kind)
    }

    /// The object that a manifest is of.
    pub fn of(manifest: &Value) -> Result<Self, Failure> {
        let text = |pointer: &str| {
            let value = manifest
                .pointer(pointer)
                .and_then(Value::as_str)
                .filter(|it| !it.is_empty());
            value.ok_or_else(|| {
                Failure::failed(format!("a manifest lacks `{}`", &pointer[1..].replace('/', ".")))
            })
        };
        let reference = Self::new(text("/apiVersion")?, text("/kind")?, text("/metadata/name")?);
        Ok(match text("/metadata/namespace") {
            Ok(namespace) => reference.in_namespace(namespace),
            Err(_) => reference,
        })
    }
}

/// As `ConfigMap web/greeting`.
impl fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = words::Object {
            kind: &self.kind,
            namespace: self.namespace.as_deref(),
            name: &self.name,
        };
        object.fmt(f)
    }
}

/// The object of a manifest that may lack its name.
pub(super) fn describe(manifest: &Value) -> String {
    ObjectReference::of(manifest).map_or_else(|_| "an object".to_owned(), |it| it.to_string())
}

impl From<object::ObjectReference> for ObjectReference {
    fn from(reference: object::ObjectReference) -> Self {
        Self {
            group: reference.group,
            version: reference.version,
            kind: reference.kind,
            namespace: reference.namespace,
            name: reference.name,
        }
    }
}
