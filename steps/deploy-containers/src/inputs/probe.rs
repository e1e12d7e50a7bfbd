//! Probes and lifecycle hooks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::IntOrString;

/// Exactly one of `exec`, `httpGet`, `tcpSocket` and `grpc`, and when it is asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Probe {
    /// A command that ends with 0.
    pub exec: Option<ExecAction>,
    /// A page that answers with 2xx or 3xx.
    pub http_get: Option<HttpGetAction>,
    /// A port that can be connected to.
    pub tcp_socket: Option<TcpSocketAction>,
    /// A gRPC health service.
    pub grpc: Option<GrpcAction>,
    /// Before the first.
    pub initial_delay_seconds: Option<u32>,
    /// From one to the next.
    #[schemars(range(min = 1))]
    pub period_seconds: Option<u32>,
    /// How long one may take.
    #[schemars(range(min = 1))]
    pub timeout_seconds: Option<u32>,
    /// In a row, before it counts as good.
    #[schemars(range(min = 1))]
    pub success_threshold: Option<u32>,
    /// In a row, before it counts as bad.
    #[schemars(range(min = 1))]
    pub failure_threshold: Option<u32>,
    /// How long the container may take to end when the probe ends it.
    #[schemars(range(min = 1))]
    pub termination_grace_period_seconds: Option<u32>,
}

/// A command, not run by a shell.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExecAction {
    /// Program and arguments.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
}

/// A page of the container.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct HttpGetAction {
    /// `/` where nothing is said.
    pub path: Option<String>,
    /// Number or name.
    pub port: IntOrString,
    /// The pod's address where nothing is said.
    pub host: Option<String>,
    /// `HTTP` where nothing is said.
    pub scheme: Option<Scheme>,
    /// Sent with the request.
    #[serde(default)]
    pub http_headers: Vec<HttpHeader>,
}

/// How a page is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Scheme {
    /// In the clear.
    Http,
    /// With TLS; the certificate is not checked.
    Https,
}

/// A header of a request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct HttpHeader {
    /// Its name.
    pub name: String,
    /// Its text.
    pub value: String,
}

/// A port to connect to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TcpSocketAction {
    /// Number or name.
    pub port: IntOrString,
    /// The pod's address where nothing is said.
    pub host: Option<String>,
}

/// A gRPC health service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GrpcAction {
    /// 1 to 65535.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The service to ask about.
    pub service: Option<String>,
}

/// What runs after the start and before the stop.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lifecycle {
    /// Right after the start.
    pub post_start: Option<LifecycleHandler>,
    /// Before the stop. Where a Service exists and this is not given, the step adds a pause, so that no new connection
    /// meets a container that is ending.
    pub pre_stop: Option<LifecycleHandler>,
}

/// Exactly one of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LifecycleHandler {
    /// A command.
    pub exec: Option<ExecAction>,
    /// A page that is asked for.
    pub http_get: Option<HttpGetAction>,
    /// A pause.
    pub sleep: Option<SleepAction>,
}

/// A pause.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SleepAction {
    /// How long.
    pub seconds: u32,
}
