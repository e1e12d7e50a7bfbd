//! Parts of a pod that are not containers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An object of the same namespace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LocalObjectReference {
    /// Its name.
    pub name: String,
}

/// A taint that does not keep the pods away.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Toleration {
    /// Of the taint; nothing, with `Exists`, is any.
    pub key: Option<String>,
    /// `Equal` where nothing is said.
    pub operator: Option<TolerationOperator>,
    /// Of the taint.
    pub value: Option<String>,
    /// Nothing is any.
    pub effect: Option<TaintEffect>,
    /// How long a `NoExecute` taint is borne.
    pub toleration_seconds: Option<i64>,
}

/// How a taint is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TolerationOperator {
    /// Whatever its value.
    Exists,
    /// With this value.
    Equal,
}

/// What a taint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TaintEffect {
    /// No new pods.
    NoSchedule,
    /// New pods only where nothing else is free.
    PreferNoSchedule,
    /// No pods, running ones included.
    NoExecute,
}
