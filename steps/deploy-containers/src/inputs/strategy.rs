//! How new pods replace old ones, and what a failure leaves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::IntOrString;

/// How new pods replace old ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Strategy {
    /// `RollingUpdate` where nothing is said.
    #[serde(default, rename = "type")]
    pub kind: StrategyType,
    /// Only with `RollingUpdate`.
    pub rolling_update: Option<RollingUpdate>,
}

/// How new pods replace old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum StrategyType {
    /// All old pods end, then the new ones start.
    Recreate,
    /// A few at a time.
    #[default]
    RollingUpdate,
    /// A second Deployment beside the first; traffic moves at once when all of it is available.
    BlueGreen,
}

/// How many at a time, as a number or a percentage of the replicas.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RollingUpdate {
    /// Above the replicas; `25%` where nothing is said.
    pub max_surge: Option<IntOrString>,
    /// Below the replicas; `25%` where nothing is said.
    pub max_unavailable: Option<IntOrString>,
}

/// What becomes of the objects of a deployment that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Debris {
    /// They stay for a look until a later deployment succeeds.
    #[default]
    KeepUntilSuccess,
    /// They go at once. Only with `BlueGreen`: otherwise the failed Deployment is the one that serves.
    Remove,
}
