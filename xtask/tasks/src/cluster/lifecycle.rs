//! Up and down: what starts when, and what goes in which order.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::components::{Component, stand_in};
use super::facts::Facts;
use super::layout::{HIDDEN, Layout};
use super::{binaries, cgroups, configuration, health, images, leftovers, network, pki, process};
use crate::{prerequisites, program, progress};

const PACKAGES: [&str; 10] = [
    "apache2-bin",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "docker-registry",
    "ethtool",
    "iproute2",
    "iptables",
    "runc",
    "socat",
];

/// What only a person can see to: root, and Go.
pub(super) fn prerequisites() -> Result<()> {
    prerequisites::root("the local cluster")?;
    prerequisites::go()
}

/// Gets and builds what the cluster runs, unless it is there.
pub(super) fn build(layout: &Layout) -> Result<()> {
    let _only_one = lock(layout)?;
    prerequisites::debian(&PACKAGES)?;
    binaries::build(layout)
}

/// Starts the cluster, unless it is well.
pub(super) fn up(layout: &Layout) -> Result<()> {
    prerequisites::root("the local cluster")?;
    let _only_one = lock(layout)?;
    if health::ailment(layout, &fingerprint(layout)?).is_none() {
        return Ok(());
    }
    prerequisites::debian(&PACKAGES)?;
    binaries::build(layout)?;
    take_down(layout)?;
    progress::during("starting Kubernetes", "about 10 s", || start(layout))
}

/// Whether it runs and is well.
pub(super) fn is_up(layout: &Layout) -> bool {
    fingerprint(layout).is_ok_and(|it| health::ailment(layout, &it).is_none())
}

/// Stops the cluster and takes away what it made, whether it is well or died.
pub(super) fn down(layout: &Layout) -> Result<()> {
    prerequisites::root("the local cluster")?;
    let _only_one = lock(layout)?;
    take_down(layout)
}

/// A hash of everything the running cluster was started from; another one means it is out of date.
pub(super) fn fingerprint(layout: &Layout) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(binaries::stamp(layout)?);
    // Before the first start there are no certificates, and nothing that could be out of date.
    for (path, content) in configuration::render(layout).unwrap_or_default() {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(content);
    }
    hash.update(images::stamp());
    for component in Component::ALL.into_iter().filter(|it| *it != Component::Kubelet) {
        hash.update(program::line(&component.command(layout)));
    }
    Ok(hex::encode(hash.finalize()))
}

/// Two of us at once would each take away what the other has just made.
fn lock(layout: &Layout) -> Result<File> {
    fs::create_dir_all(&layout.state)?;
    let file = File::create(layout.state.join("lock"))?;
    file.lock().context("cannot lock the cluster")?;
    Ok(file)
}

fn start(layout: &Layout) -> Result<()> {
    prepare(layout)?;
    for component in [
        Component::Registry,
        Component::Etcd,
        Component::Containerd,
        Component::ApiServer,
    ] {
        launch(layout, component)?;
    }
    // The images are made while the API server comes up.
    thread::scope(|scope| {
        let publishing = scope.spawn(|| {
            health::wait(layout, Component::Registry, health::registry_answers)?;
            images::publish(layout)
        });
        health::wait(layout, Component::ApiServer, health::api_server_is_ready)?;
        start_controllers(layout)?;
        publishing
            .join()
            .expect("publishing images does not panic")
            .context("cannot fill the registry")
    })?;
    Facts::write(layout)?;
    fs::write(layout.run.join("fingerprint"), fingerprint(layout)?)?;
    Ok(())
}

fn start_controllers(layout: &Layout) -> Result<()> {
    health::wait(layout, Component::Containerd, health::containerd_answers)?;
    for component in [
        Component::ControllerManager,
        Component::Scheduler,
        Component::Kubelet,
        Component::KubeProxy,
    ] {
        launch(layout, component)?;
    }
    health::wait(layout, Component::Kubelet, health::node_is_ready)?;
    health::wait(layout, Component::ControllerManager, health::accounts_are_made)?;
    health::wait(layout, Component::KubeProxy, health::proxy_is_well)
}

fn launch(layout: &Layout, component: Component) -> Result<()> {
    process::start(layout, component.name(), &component.command(layout))?;
    Ok(())
}

/// Folders, certificates, configuration, network and cgroup: everything that is there before the first process.
fn prepare(layout: &Layout) -> Result<()> {
    if layout.state.join("log").exists() {
        fs::remove_dir_all(layout.state.join("log"))?;
    }
    fs::create_dir_all(&layout.run)?;
    fs::set_permissions(&layout.run, fs::Permissions::from_mode(0o700))?;
    for folder in ["log", "conf", "registry"] {
        fs::create_dir_all(layout.state.join(folder))?;
    }
    for hidden in HIDDEN {
        fs::create_dir_all(stand_in(layout, hidden))?;
    }
    pki::ensure(layout)?;
    let files = configuration::render(layout)?;
    configuration::write(&files)?;
    fs::copy(
        layout.conf("admin.kubeconfig"),
        layout.state.join("admin.kubeconfig"),
    )?;
    cgroups::create(&layout.name)?;
    network::create(layout)
}

fn take_down(layout: &Layout) -> Result<()> {
    if leftovers::find(layout)?.is_empty() {
        return Ok(());
    }
    progress::during("taking the cluster down", "", || {
        for component in Component::STOPPING {
            if let Some(process) = process::find(layout, component.name()) {
                process.stop(Duration::from_secs(1));
            }
        }
        leftovers::clean(layout)
    })
}
