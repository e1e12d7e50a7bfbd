//! The way to the pods.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::{IntOrString, Protocol};

/// Keeps its name over all deployments; its selector is what moves the traffic.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Service {
    /// A DNS label that starts with a letter.
    pub name: String,
    /// `ClusterIP` where nothing is said.
    #[serde(default, rename = "type")]
    pub kind: ServiceType,
    /// What it listens on.
    #[schemars(length(min = 1))]
    pub ports: Vec<ServicePort>,
    /// Of the Service alone.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// Who reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum ServiceType {
    /// The cluster.
    #[default]
    #[serde(rename = "ClusterIP")]
    ClusterIp,
    /// Whoever reaches a node.
    NodePort,
    /// Whoever reaches the load balancer.
    LoadBalancer,
}

/// What it listens on and where that leads.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ServicePort {
    /// Needed where there are several.
    pub name: Option<String>,
    /// 1 to 65535.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// A container's port, by number or name; the same number as `port` where nothing is said.
    pub target_port: Option<IntOrString>,
    /// `TCP` where nothing is said.
    #[serde(default)]
    pub protocol: Protocol,
    /// On every node; the cluster chooses where nothing is said.
    #[schemars(range(min = 1))]
    pub node_port: Option<u16>,
}
