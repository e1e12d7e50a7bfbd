//! Containers: as in a pod, except that an image may be a package of the project.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::env::{EnvFromSource, EnvVar};
use super::probe::{Lifecycle, Probe};
use super::scalar::{Protocol, Quantity};
use super::security::SecurityContext;
use std::collections::BTreeMap;

/// As in `spec.template.spec.containers`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Container {
    /// A DNS label, once in the pod.
    pub name: String,
    /// What runs.
    pub image: Image,
    /// When the kubelet pulls.
    pub image_pull_policy: Option<ImagePullPolicy>,
    /// Instead of the image's entry point.
    #[serde(default)]
    pub command: Vec<String>,
    /// Instead of the image's arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Instead of the image's.
    pub working_dir: Option<String>,
    /// Ports that the container listens on.
    #[serde(default)]
    pub ports: Vec<ContainerPort>,
    /// Environment variables.
    #[serde(default)]
    pub env: Vec<EnvVar>,
    /// All keys of ConfigMaps and Secrets as environment variables.
    #[serde(default)]
    pub env_from: Vec<EnvFromSource>,
    /// Where volumes appear.
    #[serde(default)]
    pub volume_mounts: Vec<VolumeMount>,
    /// What it needs and may use.
    pub resources: Option<ResourceRequirements>,
    /// When it takes traffic.
    pub readiness_probe: Option<Probe>,
    /// When it has to be started again.
    pub liveness_probe: Option<Probe>,
    /// When it has started.
    pub startup_probe: Option<Probe>,
    /// What runs after the start and before the stop.
    pub lifecycle: Option<Lifecycle>,
    /// What it may do on its node.
    pub security_context: Option<SecurityContext>,
}

/// A package, whose version the release freezes, or a reference that is used as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected an image's reference, or an object with `package` only"
)]
pub enum Image {
    /// As `docker.io/library/httpd:2.4`.
    Reference(String),
    /// A package of the project.
    Package(PackageImage),
}

impl Image {
    /// The package, if it is one.
    pub fn package(&self) -> Option<&str> {
        match self {
            Self::Package(it) => Some(&it.package),
            Self::Reference(_) => None,
        }
    }
}

/// A package of the project.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PackageImage {
    /// Its name in the project's `packages`.
    #[schemars(extend("x-shipslog-reference" = "package"))]
    pub package: String,
}

/// When the kubelet pulls.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub enum ImagePullPolicy {
    /// At each start.
    Always,
    /// Where the node does not have it.
    IfNotPresent,
    /// Not at all.
    Never,
}

/// A port that the container listens on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ContainerPort {
    /// For probes and Services to name.
    pub name: Option<String>,
    /// 1 to 65535.
    #[schemars(range(min = 1))]
    pub container_port: u16,
    /// `TCP` where nothing is said.
    #[serde(default)]
    pub protocol: Protocol,
}

/// Where a volume appears.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct VolumeMount {
    /// Of one of the step's `volumes`.
    pub name: String,
    /// In the container.
    pub mount_path: String,
    /// A path inside the volume instead of its root.
    pub sub_path: Option<String>,
    /// Whether writing is refused.
    pub read_only: Option<bool>,
}

/// What a container needs and may use.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResourceRequirements {
    /// What the scheduler sets aside.
    #[serde(default)]
    pub requests: BTreeMap<String, Quantity>,
    /// What it cannot exceed.
    #[serde(default)]
    pub limits: BTreeMap<String, Quantity>,
}
