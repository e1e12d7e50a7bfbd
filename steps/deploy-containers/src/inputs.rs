//! What a person writes under `with:`. Where Kubernetes has a name and a shape, these have it too.

pub mod config;
pub mod container;
pub mod env;
pub mod pod;
pub mod probe;
pub mod scalar;
pub mod security;
pub mod service;
pub mod strategy;
pub mod volume;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use config::{ConfigMap, Secret};
use container::Container;
use pod::{LocalObjectReference, Toleration};
use security::PodSecurityContext;
use service::Service;
use strategy::{Debris, Strategy, StrategyType};
use volume::Volume;

/// A Deployment with its ConfigMap, Secret and Service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Inputs {
    /// Name of the Deployment; with the strategy `BlueGreen` followed by the deployment's (`httpd-deployments-841`). At
    /// most 42 characters.
    pub name: String,
    /// Labels for everything that the step makes, pods included.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Annotations for the Deployment and its pods.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Take over a Deployment or Service of the same name that nobody or somebody else made, fields of other managers
    /// included.
    #[serde(default)]
    pub adopt: bool,
    /// How new pods replace old ones.
    #[serde(default)]
    pub strategy: Strategy,
    /// How many pods.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub replicas: u32,
    /// How long a pod has to be ready before it counts as available.
    #[schemars(range(max = 3600))]
    pub min_ready_seconds: Option<u32>,
    /// How many old ReplicaSets to keep, and with them their ConfigMaps and Secrets. Not for `BlueGreen`.
    pub revision_history_limit: Option<u32>,
    /// How long the rollout may make no progress before it counts as failed.
    #[serde(default = "ten_minutes")]
    #[schemars(range(min = 1, max = 86_400))]
    pub progress_deadline_seconds: u32,
    /// How long the old set lives on after traffic has moved, so that open connections can end. Needs a Service.
    #[serde(default = "half_a_minute")]
    #[schemars(range(max = 3600))]
    pub drain_seconds: u32,
    /// What becomes of the objects of a deployment that failed.
    #[serde(default)]
    pub debris: Debris,
    /// A ConfigMap that belongs to this deployment alone.
    pub config_map: Option<ConfigMap>,
    /// A Secret that belongs to this deployment alone.
    pub secret: Option<Secret>,
    /// The Service that sends traffic to the pods.
    pub service: Option<Service>,
    /// The containers of each pod.
    #[schemars(length(min = 1))]
    pub containers: Vec<Container>,
    /// What containers can mount.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Secrets with which the kubelet pulls images; the step's own Secret may be named by its base name.
    #[serde(default)]
    pub image_pull_secrets: Vec<LocalObjectReference>,
    /// The ServiceAccount of the pods.
    pub service_account_name: Option<String>,
    /// How long a pod may take to end. Where the step adds the pause before stopping (a Service, and a container without
    /// `preStop`), it is made longer by that pause.
    #[schemars(range(max = 86_400))]
    pub termination_grace_period_seconds: Option<u32>,
    /// For all containers of the pod.
    pub security_context: Option<PodSecurityContext>,
    /// Labels that a node must have.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
    /// Taints that do not keep the pods away.
    #[serde(default)]
    pub tolerations: Vec<Toleration>,
}

impl Inputs {
    /// Whether every deployment has a Deployment of its own.
    pub fn is_blue_green(&self) -> bool {
        self.strategy.kind == StrategyType::BlueGreen
    }
}

fn one() -> u32 {
    1
}

fn ten_minutes() -> u32 {
    600
}

fn half_a_minute() -> u32 {
    30
}
