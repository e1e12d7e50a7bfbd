//! kubectl, as the cluster's administrator.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::layout::Layout;
use crate::machine::ANSWER;
use crate::program;

/// What kubectl prints to these arguments.
pub(super) fn answer(layout: &Layout, arguments: &[&str]) -> Result<String> {
    let mut kubectl = Command::new(layout.bin("kubectl"));
    let patience = format!("--request-timeout={}s", ANSWER.as_secs());
    kubectl.arg(patience).args(arguments);
    kubectl.env("KUBECONFIG", layout.state.join("admin.kubeconfig"));
    kubectl.env("KUBECACHEDIR", cache(layout));
    for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        kubectl.env_remove(proxy);
    }
    program::output(&mut kubectl)
}

/// What kubectl remembers belongs to the cluster, not to the person's home.
pub(super) fn cache(layout: &Layout) -> PathBuf {
    layout.state.join("kubectl-cache")
}
