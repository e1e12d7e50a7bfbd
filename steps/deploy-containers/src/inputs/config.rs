//! The ConfigMap and the Secret that the step makes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Made as `<name>-<deployment>`; references to `name` in this step are rewritten.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConfigMap {
    /// At most 42 characters.
    pub name: String,
    /// Keys and texts.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

/// Made as `<name>-<deployment>`; references to `name` in this step are rewritten. The one place for sensitive values.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Secret {
    /// At most 42 characters.
    pub name: String,
    /// As `kubernetes.io/dockerconfigjson`; `Opaque` where nothing is said.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Keys and texts; the cluster encodes them.
    #[serde(default)]
    pub string_data: BTreeMap<String, String>,
}
