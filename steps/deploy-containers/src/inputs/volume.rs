//! What containers can mount.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::Quantity;

/// Exactly one source.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Volume {
    /// Once in the pod.
    pub name: String,
    /// Entries of a ConfigMap as files.
    pub config_map: Option<ConfigMapVolume>,
    /// Entries of a Secret as files.
    pub secret: Option<SecretVolume>,
    /// An empty folder that lives as long as the pod.
    pub empty_dir: Option<EmptyDir>,
    /// Storage that outlives the pod.
    pub persistent_volume_claim: Option<PersistentVolumeClaim>,
}

/// Entries of a ConfigMap as files: `fromStep` or `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConfigMapVolume {
    /// The ConfigMap that this step makes.
    #[serde(default, skip_serializing)]
    pub from_step: bool,
    /// Another one, or the step's own by its base name.
    pub name: Option<String>,
    /// Which entries, and under which paths; nothing is all of them.
    #[serde(default)]
    pub items: Vec<KeyToPath>,
    /// Of the files; in JSON and YAML 1.2 a decimal number.
    #[schemars(range(max = 511))]
    pub default_mode: Option<u32>,
    /// Whether the pod starts without it.
    pub optional: Option<bool>,
}

/// Entries of a Secret as files: `fromStep` or `secretName`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SecretVolume {
    /// The Secret that this step makes.
    #[serde(default, skip_serializing)]
    pub from_step: bool,
    /// Another one, or the step's own by its base name.
    pub secret_name: Option<String>,
    /// Which entries, and under which paths; nothing is all of them.
    #[serde(default)]
    pub items: Vec<KeyToPath>,
    /// Of the files; in JSON and YAML 1.2 a decimal number.
    #[schemars(range(max = 511))]
    pub default_mode: Option<u32>,
    /// Whether the pod starts without it.
    pub optional: Option<bool>,
}

/// An entry as a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KeyToPath {
    /// Which entry.
    pub key: String,
    /// Relative to where the volume is mounted.
    pub path: String,
    /// Of this file.
    #[schemars(range(max = 511))]
    pub mode: Option<u32>,
}

/// An empty folder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EmptyDir {
    /// `Memory` is a tmpfs; nothing is the node's disk.
    pub medium: Option<String>,
    /// The most it may hold.
    pub size_limit: Option<Quantity>,
}

/// Storage that outlives the pod.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PersistentVolumeClaim {
    /// Of a claim that exists.
    pub claim_name: String,
    /// Whether writing is refused.
    pub read_only: Option<bool>,
}
