//! One cgroup for everything that belongs to the cluster: components, shims and pods are found in it even when
//! nothing else remembers them.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::machine::PATIENCE;

/// Controllers that the kubelet wants to find in its root.
const CONTROLLERS: &str = "+cpu +cpuset +io +memory +pids";

/// Makes the cluster's cgroup in every hierarchy of the machine: many with version 1, one with version 2.
pub(super) fn create(name: &str) -> Result<()> {
    for hierarchy in hierarchies()? {
        delegate(&hierarchy);
        let root = hierarchy.join(name);
        fs::create_dir_all(&root).with_context(|| format!("cannot create the cgroup {}", root.display()))?;
        delegate(&root);
    }
    fs::create_dir_all(system(name)?)?;
    Ok(())
}

/// Puts a component into the cluster's cgroup; what it starts stays there too.
pub(super) fn enlist(name: &str, pid: i32) -> Result<()> {
    fs::write(system(name)?.join("cgroup.procs"), pid.to_string()).context("cannot write to the cgroup")
}

/// Every process of the cluster.
pub(super) fn members(name: &str) -> Result<Vec<i32>> {
    let mut pids = Vec::new();
    for folder in existing(name)? {
        let listed = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        pids.extend(listed.lines().filter_map(|line| line.parse::<i32>().ok()));
    }
    pids.sort_unstable();
    pids.dedup();
    Ok(pids)
}

/// Removes the cgroup everywhere. The kernel needs a moment after the last process has gone.
pub(super) fn remove(name: &str) -> Result<()> {
    for folder in existing(name)? {
        let begun = Instant::now();
        while let Err(error) = fs::remove_dir(&folder) {
            if !folder.exists() {
                break;
            }
            if begun.elapsed() > PATIENCE {
                return Err(error).with_context(|| format!("cannot remove the cgroup {}", folder.display()));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}

/// The cluster's cgroups in all hierarchies, children before their parents.
pub(super) fn existing(name: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for root in hierarchies()?.iter().map(|hierarchy| hierarchy.join(name)) {
        collect(&root, &mut found);
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), found);
        }
    }
    found.push(folder.to_owned());
}

/// With version 2 a cgroup's children have only the controllers it hands on; version 1 has no such file.
fn delegate(folder: &Path) {
    for controller in CONTROLLERS.split(' ') {
        let _ = fs::OpenOptions::new()
            .write(true)
            .open(folder.join("cgroup.subtree_control"))
            .and_then(|mut file| std::io::Write::write_all(&mut file, controller.as_bytes()));
    }
}

/// Where components are kept: apart from the pods, for in version 2 only leaves hold processes.
fn system(name: &str) -> Result<PathBuf> {
    let hierarchies = hierarchies()?;
    let home = hierarchies
        .iter()
        .find(|path| path.ends_with("pids"))
        .or_else(|| hierarchies.first());
    Ok(home
        .context("this machine has no cgroups")?
        .join(name)
        .join("system"))
}

fn hierarchies() -> Result<Vec<PathBuf>> {
    Ok(mounted(&fs::read_to_string("/proc/self/mounts")?))
}

fn mounted(mounts: &str) -> Vec<PathBuf> {
    let of_cgroups = |line: &str| {
        let mut words = line.split(' ').skip(1);
        let folder = words.next()?;
        words.next()?.starts_with("cgroup").then(|| PathBuf::from(folder))
    };
    mounts.lines().filter_map(of_cgroups).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_of_both_versions_are_found() {
        let mounts = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n\
                      cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let expected = [
            PathBuf::from("/sys/fs/cgroup/pids"),
            PathBuf::from("/sys/fs/cgroup/unified"),
        ];
        assert_eq!(mounted(mounts), expected);
    }
}
