//! Which object.

use std::fmt;

use serde_json::Value;
use shipslog_rights::kind::group_and_version;
use shipslog_rights::words;

use crate::Refusal;

/// Which object. `group` is empty for the core group; without `namespace` the cluster's own is meant, or none for kinds
/// without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectReference {
    /// Empty for the core group.
    pub group: String,
    /// As `v1`.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Where it is; nothing where none is said.
    pub namespace: Option<String>,
    /// How it is called there.
    pub name: String,
}

impl ObjectReference {
    /// An object in the cluster's own namespace, or of a kind without; `api_version` as `apps/v1`.
    pub fn new(api_version: &str, kind: &str, name: &str) -> Self {
        let (group, version) = group_and_version(api_version);
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }

    /// The object that a manifest is of; nothing where it does not say.
    pub fn of(manifest: &Value) -> Option<Self> {
        let text = |pointer: &str| {
            let text = manifest.pointer(pointer).and_then(Value::as_str);
            text.filter(|it| !it.is_empty())
        };
        let object = Self::new(text("/apiVersion")?, text("/kind")?, text("/metadata/name")?);
        let namespace = text("/metadata/namespace").map(str::to_owned);
        Some(Self { namespace, ..object })
    }

    /// The object that a manifest has to say.
    pub(crate) fn required(manifest: &Value) -> Result<Self, Refusal> {
        let lacks =
            || Refusal::Invalid("a manifest says `apiVersion`, `kind` and `metadata.name`".to_owned());
        Self::of(manifest).ok_or_else(lacks)
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
