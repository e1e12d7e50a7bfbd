//! Environment variables and where their values come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One variable.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EnvVar {
    /// Once in the container.
    pub name: String,
    /// The text itself.
    pub value: Option<String>,
    /// Or where it stands.
    pub value_from: Option<EnvVarSource>,
}

/// Exactly one of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EnvVarSource {
    /// A key of a ConfigMap.
    pub config_map_key_ref: Option<KeySelector>,
    /// A key of a Secret.
    pub secret_key_ref: Option<KeySelector>,
    /// A field of the pod.
    pub field_ref: Option<FieldSelector>,
}

/// A key of a ConfigMap or Secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KeySelector {
    /// Of the ConfigMap or Secret; the step's own may be named by its base name.
    pub name: Option<String>,
    /// Instead of `name`: the one that this step makes.
    #[serde(default, skip_serializing)]
    pub from_step: bool,
    /// Which entry.
    pub key: String,
    /// Whether the pod starts without it.
    pub optional: Option<bool>,
}

/// A field of the pod.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FieldSelector {
    /// As `metadata.name`.
    pub field_path: String,
    /// `v1` where nothing is said.
    pub api_version: Option<String>,
}

/// All entries of one ConfigMap or Secret: exactly one of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EnvFromSource {
    /// In front of each name.
    pub prefix: Option<String>,
    /// Entries of a ConfigMap.
    pub config_map_ref: Option<ObjectSelector>,
    /// Entries of a Secret.
    pub secret_ref: Option<ObjectSelector>,
}

/// A whole ConfigMap or Secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ObjectSelector {
    /// Its name; the step's own may be named by its base name.
    pub name: Option<String>,
    /// Instead of `name`: the one that this step makes.
    #[serde(default, skip_serializing)]
    pub from_step: bool,
    /// Whether the pod starts without it.
    pub optional: Option<bool>,
}
