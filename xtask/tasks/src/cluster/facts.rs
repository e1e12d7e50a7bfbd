//! What others must know to use the cluster.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::kubectl;
use super::layout::Layout;

/// Where the cluster is and how to get in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The administrator's, in the group `system:masters`.
    pub kubeconfig: PathBuf,
    /// The registry's address, plain HTTP: `http://198.18.0.2:5000`. It holds `httpd` and `library/httpd`.
    pub registry: String,
    pub api_server: String,
    /// Who signed the API server's certificate.
    pub ca_file: PathBuf,
    /// Everything asked of the API server, one JSON object a line, but for the control plane's own traffic.
    pub audit_log: PathBuf,
    /// The network namespace, as `ip netns` lists it.
    pub netns: String,
    pub kubectl: PathBuf,
    /// Where kubectl may keep what it has learned, rather than in the person's home.
    pub kubectl_cache: PathBuf,
    /// The node's address: a Service's node port answers there.
    pub node: String,
}

impl Facts {
    pub(super) fn of(layout: &Layout) -> Self {
        Self {
            kubeconfig: layout.state.join("admin.kubeconfig"),
            registry: layout.registry(),
            api_server: layout.api_server(),
            ca_file: layout.pki("ca.crt"),
            audit_log: layout.log("audit.log"),
            netns: layout.name.clone(),
            kubectl: layout.bin("kubectl"),
            kubectl_cache: kubectl::cache(layout),
            node: layout.node.to_string(),
        }
    }

    /// The facts as a shell reads them.
    pub(super) fn lines(&self) -> String {
        let lines = [
            ("KUBECONFIG", self.kubeconfig.display().to_string()),
            ("REGISTRY", self.registry.clone()),
            ("API_SERVER", self.api_server.clone()),
            ("CA_FILE", self.ca_file.display().to_string()),
            ("AUDIT_LOG", self.audit_log.display().to_string()),
            ("NETNS", self.netns.clone()),
            ("KUBECTL", self.kubectl.display().to_string()),
            ("KUBECACHEDIR", self.kubectl_cache.display().to_string()),
            ("NODE", self.node.clone()),
        ];
        lines.map(|(name, value)| format!("{name}={value}\n")).concat()
    }

    /// Writes them to `target/cluster/env`.
    pub(super) fn write(layout: &Layout) -> Result<()> {
        Ok(fs::write(layout.state.join("env"), Self::of(layout).lines())?)
    }
}
