//! What a cluster leaves behind, whether it was stopped or died: recognised by its name and taken away.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::mount::{MntFlags, umount2};

use super::layout::Layout;
use super::{cgroups, network, process};
use crate::machine::PATIENCE;

/// Something of a cluster on the machine. Files under `target` are no trace: they cost only space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    Process(i32),
    Mount(PathBuf),
    NetworkNamespace,
    Cable,
    Cgroup(PathBuf),
    Sockets,
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process(id) => write!(f, "process {id}"),
            Self::Mount(path) => write!(f, "a mount at {}", path.display()),
            Self::NetworkNamespace => f.write_str("its network namespace"),
            Self::Cable => f.write_str("the link to its network namespace"),
            Self::Cgroup(path) => write!(f, "the control group {}", path.display()),
            Self::Sockets => f.write_str("sockets of its containers"),
        }
    }
}

/// Looks for what is there of this checkout's cluster.
pub(super) fn find(layout: &Layout) -> Result<Vec<Trace>> {
    let mut traces: Vec<_> = cgroups::members(&layout.name)?
        .into_iter()
        .map(Trace::Process)
        .collect();
    traces.extend(mounts(layout)?.into_iter().map(Trace::Mount));
    traces.extend(layout.netns().exists().then_some(Trace::NetworkNamespace));
    traces.extend(network::has_cable(layout).then_some(Trace::Cable));
    traces.extend(cgroups::existing(&layout.name)?.into_iter().map(Trace::Cgroup));
    traces.extend(layout.run.exists().then_some(Trace::Sockets));
    Ok(traces)
}

/// Takes everything away. Processes go first: they hold all the rest.
pub(super) fn clean(layout: &Layout) -> Result<()> {
    process::kill_all(|| cgroups::members(&layout.name), PATIENCE)?;
    for mount in mounts(layout)? {
        umount2(&mount, MntFlags::MNT_DETACH)
            .with_context(|| format!("cannot unmount {}", mount.display()))?;
    }
    network::remove(layout)?;
    cgroups::remove(&layout.name)?;
    remove_shim_sockets(layout);
    for folder in [
        layout.run.clone(),
        layout.state.join("node"),
        layout.state.join("etcd"),
    ] {
        remove(&folder)?;
    }
    Ok(())
}

/// Mounts of the cluster that are seen from the host, the deepest first. There should be none: they live in a
/// namespace of their own, unless somebody has entered it and shared them.
fn mounts(layout: &Layout) -> Result<Vec<PathBuf>> {
    let table = fs::read_to_string("/proc/self/mounts")?;
    Ok(mounts_below(&table, &[layout.run.clone(), layout.state.clone()]))
}

fn mounts_below(table: &str, roots: &[PathBuf]) -> Vec<PathBuf> {
    let folders = table
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .map(|it| PathBuf::from(unescape(it)));
    let mut found: Vec<_> = folders
        .filter(|folder| roots.iter().any(|root| folder.starts_with(root)))
        .collect();
    found.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
    found
}

/// The kernel writes a space in a path as `\040`.
fn unescape(path: &str) -> String {
    path.replace("\\040", " ")
}

/// Shims put their sockets into a folder that all containerds of a machine share; each bundle names its own.
fn remove_shim_sockets(layout: &Layout) {
    let bundles = layout.run.join("containerd/io.containerd.runtime.v2.task/k8s.io");
    for bundle in fs::read_dir(bundles).into_iter().flatten().flatten() {
        let address = fs::read_to_string(bundle.path().join("address")).unwrap_or_default();
        if let Some(socket) = address.trim().strip_prefix("unix://") {
            // The shim may have removed it itself.
            let _ = fs::remove_file(socket);
        }
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_mounts_are_found_and_the_deepest_first() {
        let table = "overlay / overlay rw 0 0\n\
                     tmpfs /run/shipslog-1/a tmpfs rw 0 0\n\
                     tmpfs /run/shipslog-1/a/b\\040c tmpfs rw 0 0\n\
                     tmpfs /run/shipslog-12/a tmpfs rw 0 0\n";
        let expected = [
            PathBuf::from("/run/shipslog-1/a/b c"),
            PathBuf::from("/run/shipslog-1/a"),
        ];
        assert_eq!(mounts_below(table, &[PathBuf::from("/run/shipslog-1")]), expected);
    }
}
