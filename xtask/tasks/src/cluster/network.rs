//! The cluster's network namespace and the cable to it: nothing of Kubernetes touches the host's own network.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::layout::Layout;
use crate::program;

/// Makes the namespace, with an address on either side of one cable.
pub(super) fn create(layout: &Layout) -> Result<()> {
    refuse_taken_subnet(layout)?;
    let (veth, name) = (&layout.veth, &layout.name);
    ip(&format!("netns add {name}"))?;
    ip(&format!("link add {veth} type veth peer name eth0 netns {name}"))?;
    ip(&format!("addr add {}/30 dev {veth}", layout.host))?;
    ip(&format!("link set {veth} up"))?;
    ip(&format!("-n {name} link set lo up"))?;
    ip(&format!("-n {name} addr add {}/30 dev eth0", layout.node))?;
    ip(&format!("-n {name} link set eth0 up"))?;
    ip(&format!("-n {name} route add default via {}", layout.host))?;
    program::output(enter(layout).args(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]))?;
    Ok(())
}

/// Takes cable and namespace away, as far as they are there.
pub(super) fn remove(layout: &Layout) -> Result<()> {
    if has_cable(layout) {
        ip(&format!("link del {}", layout.veth))?;
    }
    if layout.netns().exists() {
        ip(&format!("netns del {}", layout.name))?;
    }
    Ok(())
}

pub(super) fn has_cable(layout: &Layout) -> bool {
    std::path::Path::new("/sys/class/net").join(&layout.veth).exists()
}

/// The start of a command that runs inside.
///
/// Not `ip netns exec`: that mounts /sys anew and hides the cgroups from the kubelet.
pub(super) fn enter(layout: &Layout) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={}", layout.netns().display()));
    command
}

/// Two checkouts get the same subnet once in 32768 times; the network of the other must not break then.
fn refuse_taken_subnet(layout: &Layout) -> Result<()> {
    let routes = ip("-o -4 addr show")?;
    if let Some(line) = routes
        .lines()
        .find(|line| line.contains(&format!(" {}/", layout.host)))
    {
        bail!(
            "{} is taken already: {}\ngive this checkout another path",
            layout.host,
            line.trim()
        );
    }
    Ok(())
}

fn ip(arguments: &str) -> Result<String> {
    program::output(Command::new("ip").args(arguments.split(' '))).context("cannot set up the network")
}
