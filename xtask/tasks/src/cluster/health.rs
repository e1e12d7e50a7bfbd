//! Whether the cluster is well, asked quickly.

use std::fs;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::components::Component;
use super::layout::Layout;
use super::{kubectl, process, registry};
use crate::machine::PATIENCE;

/// One question to the running cluster.
type Check = fn(&Layout) -> bool;

/// Why the cluster is not as it should be, or nothing.
pub(super) fn ailment(layout: &Layout, fingerprint: &str) -> Option<String> {
    let running = fs::read_to_string(layout.run.join("fingerprint")).ok();
    if running.is_none() {
        return Some("it is not running".into());
    }
    if let Some(dead) = Component::ALL
        .into_iter()
        .find(|it| process::find(layout, it.name()).is_none())
    {
        return Some(format!("{} has died", dead.name()));
    }
    if running.as_deref() != Some(fingerprint) {
        return Some("it was started with another configuration".into());
    }
    let checks: [(&str, Check); 4] = [
        ("the registry does not answer", registry_answers),
        ("kube-proxy does not answer", proxy_is_well),
        ("the API server does not answer", api_server_is_ready),
        ("the node is not ready", node_is_ready),
    ];
    checks
        .into_iter()
        .find(|(_, is_well)| !is_well(layout))
        .map(|(words, _)| words.into())
}

pub(super) fn registry_answers(layout: &Layout) -> bool {
    registry::answers(&format!("{}/v2/", layout.registry()))
}

pub(super) fn proxy_is_well(layout: &Layout) -> bool {
    registry::answers(&format!("http://{}:10256/healthz", layout.node))
}

pub(super) fn containerd_answers(layout: &Layout) -> bool {
    UnixStream::connect(layout.run.join("containerd.sock")).is_ok()
}

pub(super) fn api_server_is_ready(layout: &Layout) -> bool {
    kubectl::answer(layout, &["get", "--raw=/readyz"]).is_ok()
}

pub(super) fn node_is_ready(layout: &Layout) -> bool {
    const READY: &str = "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";
    kubectl::answer(layout, &["get", "node", "node1", "--output", READY]).is_ok_and(|status| status == "True")
}

/// Pods are refused in a namespace until the controller manager has made its default account.
pub(super) fn accounts_are_made(layout: &Layout) -> bool {
    kubectl::answer(
        layout,
        &["get", "serviceaccount", "default", "--namespace=default"],
    )
    .is_ok()
}

/// Waits for a component to answer, and says why it does not once it has died.
pub(super) fn wait(layout: &Layout, component: Component, is_well: Check) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !is_well(layout) {
        let name = component.name();
        if process::find(layout, name).is_none() {
            bail!("{name} has died; {}", process::last_words(layout, name));
        }
        if Instant::now() > deadline {
            bail!("{name} does not answer; {}", process::last_words(layout, name));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
