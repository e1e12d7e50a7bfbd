//! Feeds, certificates and targets: what lies outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::DocumentFacts;

use super::secret::Secret;

/// An image registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Feed {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// `https://registry.example.com`; `http://` only for registries that speak nothing else.
    #[schemars(regex(pattern = "^https?://"))]
    pub url: String,
    /// What stands before the image's name when a cluster pulls it, if that is not the registry's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_prefix: Option<String>,
    /// For registries that ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
}

/// A cluster's certificate authority. It is always verified: there is no switch to skip that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Certificate {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// The CA's certificate, PEM.
    #[schemars(regex(pattern = "-----BEGIN CERTIFICATE-----"))]
    pub pem: String,
}

/// A permission boundary: a cluster, an account, a namespace and roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Target {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Where the API server is.
    pub cluster: ClusterAddress,
    /// Name of an `Account`.
    pub account: String,
    /// Steps cannot leave it. Without one the target spans the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"))]
    pub namespace: Option<String>,
    /// Environments it belongs to.
    #[schemars(length(min = 1))]
    pub environments: Vec<String>,
    /// What it is for: steps find it by these.
    #[schemars(length(min = 1))]
    pub roles: Vec<String>,
}

/// An API server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClusterAddress {
    /// `https://host:port`.
    #[schemars(regex(pattern = "^https://"))]
    pub url: String,
    /// Name of a `Certificate`.
    pub certificate: String,
}

impl Target {
    pub(super) fn facts(&self) -> DocumentFacts {
        DocumentFacts::Target {
            account: self.account.as_str().into(),
            certificate: self.cluster.certificate.as_str().into(),
            namespace: self.namespace.clone(),
            environments: self.environments.iter().map(|it| it.as_str().into()).collect(),
            roles: self.roles.iter().map(|it| it.as_str().into()).collect(),
        }
    }
}
