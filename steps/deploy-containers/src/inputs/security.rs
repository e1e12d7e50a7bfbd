//! What containers and pods may do on their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of one container.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SecurityContext {
    /// The user's number.
    pub run_as_user: Option<i64>,
    /// The group's number.
    pub run_as_group: Option<i64>,
    /// Whether user 0 is refused.
    pub run_as_non_root: Option<bool>,
    /// Whether the image's files cannot be written.
    pub read_only_root_filesystem: Option<bool>,
    /// Whether a process may gain more rights than its parent.
    pub allow_privilege_escalation: Option<bool>,
    /// Whether it is root on the node.
    pub privileged: Option<bool>,
    /// Of the kernel.
    pub capabilities: Option<Capabilities>,
    /// Which system calls.
    pub seccomp_profile: Option<SeccompProfile>,
}

/// Of the kernel, as `NET_BIND_SERVICE`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Capabilities {
    /// Given on top.
    #[serde(default)]
    pub add: Vec<String>,
    /// Taken away; `ALL` is all.
    #[serde(default)]
    pub drop: Vec<String>,
}

/// Which system calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SeccompProfile {
    /// Whose rules.
    #[serde(rename = "type")]
    pub kind: SeccompType,
    /// A file of the node, with `Localhost`.
    pub localhost_profile: Option<String>,
}

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SeccompType {
    /// The container runtime's own.
    RuntimeDefault,
    /// No filter at all.
    Unconfined,
    /// A file of the node.
    Localhost,
}

/// Of all containers of the pod.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PodSecurityContext {
    /// The user's number.
    pub run_as_user: Option<i64>,
    /// The group's number.
    pub run_as_group: Option<i64>,
    /// Whether user 0 is refused.
    pub run_as_non_root: Option<bool>,
    /// The group that owns volumes.
    pub fs_group: Option<i64>,
    /// Further groups.
    #[serde(default)]
    pub supplemental_groups: Vec<i64>,
    /// Which system calls.
    pub seccomp_profile: Option<SeccompProfile>,
}
