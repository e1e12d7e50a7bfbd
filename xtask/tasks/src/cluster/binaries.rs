//! The cluster's own programs, built from source.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::layout::Layout;
use crate::progress::{self, Doing};
use crate::{machine, prerequisites, program};

/// Folders of the Go module that are programs.
const PROGRAMS: [&str; 2] = ["k8s", "pause"];
const SOURCES: [&str; 4] = ["go.mod", "go.sum", "k8s/main.go", "pause/main.go"];

/// What a debugger wants to know is a sixth of the compiler's work, and the linker throws it away.
const WITHOUT_DEBUGGER: &str = "-dwarf=false";
/// Most of the code, and little of what runs all the time: compiled without inlining, which is a third of what is left.
/// The standard library, encoding, storage and the API server's machinery are compiled as always.
const NOT_HOT: [&str; 13] = [
    "github.com/google/cadvisor/...",
    "github.com/google/cel-go/...",
    "github.com/google/gnostic-models/...",
    "go.opentelemetry.io/...",
    "k8s.io/api/...",
    "k8s.io/apiextensions-apiserver/...",
    "k8s.io/client-go/...",
    "k8s.io/cri-api/...",
    "k8s.io/kube-aggregator/...",
    "k8s.io/kubectl/...",
    "k8s.io/kubelet/...",
    "k8s.io/kubernetes/...",
    "sigs.k8s.io/kustomize/...",
];

/// What is built beside gets the processors first: it ends in one thread, and this fills the rest of them.
const BEHIND_OTHERS: [&str; 2] = ["-n", "10"];

/// Builds what is out of date.
///
/// Go would find out by itself that nothing has changed, but takes seconds over thousands of files; the stamp takes none.
pub(super) fn build(layout: &Layout) -> Result<()> {
    let stamp = stamp(layout)?;
    if is_built(layout, &stamp) {
        return Ok(());
    }
    prerequisites::go()?;
    fs::create_dir_all(layout.bin(""))?;
    progress::telling("building Kubernetes from source", "some minutes, once", |doing| {
        let mut count = 0;
        PROGRAMS
            .iter()
            .try_for_each(|name| compile(layout, name, doing, &mut count))
    })?;
    link_kubectl(layout)?;
    fs::write(layout.bin("stamp"), stamp)?;
    Ok(())
}

/// A hash of everything the programs are made from, and of how.
pub(super) fn stamp(layout: &Layout) -> Result<String> {
    let mut hash = Sha256::new();
    for name in SOURCES {
        let path = layout.source.join(name);
        hash.update(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    hash.update(flags(&layout.source)?.join(" "));
    Ok(hex::encode(hash.finalize()))
}

fn is_built(layout: &Layout, stamp: &str) -> bool {
    let present = PROGRAMS
        .iter()
        .chain(["kubectl"].iter())
        .all(|name| layout.bin(name).exists());
    present && fs::read_to_string(layout.bin("stamp")).is_ok_and(|built| built == stamp)
}

/// Go says each package that it compiles, and each module that it downloads.
fn compile(layout: &Layout, name: &str, doing: &Doing, count: &mut usize) -> Result<()> {
    let mut go = Command::new("nice");
    go.args(BEHIND_OTHERS)
        .args(["go", "build", "-v"])
        .args(flags(&layout.source)?)
        .arg("-o")
        .arg(layout.bin(name))
        .arg(format!("./{name}"));
    // Static, so that the programs run in images that hold nothing else.
    go.current_dir(&layout.source)
        .env("CGO_ENABLED", "0")
        .envs(compilers_memory(machine::free_memory()));
    program::heard(&mut go, |line| {
        if is_package(line) {
            *count += 1;
            doing.note(format!("{count} packages"));
        }
        is_package(line) || line.starts_with("go: downloading ")
    })?;
    Ok(())
}

/// The compiler is many short processes, one a processor. Each does without collecting garbage until it has its share of
/// half of what is free, the other half being for what is built beside; where that is little, it collects as always.
fn compilers_memory(free: u64) -> Vec<(&'static str, String)> {
    let share = free / 2 / machine::cores() as u64;
    if share < ENOUGH {
        return Vec::new();
    }
    let limit = share.min(LARGEST);
    vec![("GOGC", "off".to_owned()), ("GOMEMLIMIT", format!("{limit}B"))]
}

/// Most packages are compiled in this without collecting garbage.
const ENOUGH: u64 = 512 << 20;
/// No package needs more.
const LARGEST: u64 = 2 << 30;

/// As in `k8s.io/api/core/v1`, and nothing else in the line.
fn is_package(line: &str) -> bool {
    !line.is_empty() && !line.contains([' ', ':', '#'])
}

fn flags(source: &Path) -> Result<Vec<String>> {
    let version = kubernetes_version(&fs::read_to_string(source.join("go.mod"))?)?;
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    let set = "-X k8s.io/component-base/version";
    let mut flags = vec![
        "-trimpath".into(),
        "-buildvcs=false".into(),
        "-tags=providerless".into(),
        format!("-ldflags=-s -w {set}.gitVersion={version} {set}.gitMajor={major} {set}.gitMinor={minor}"),
        format!("-gcflags=all={WITHOUT_DEBUGGER}"),
    ];
    flags.extend(NOT_HOT.map(|it| format!("-gcflags={it}={WITHOUT_DEBUGGER} -l")));
    Ok(flags)
}

/// The version stands in `go.mod` alone; the programs are told what they are.
fn kubernetes_version(go_mod: &str) -> Result<String> {
    let required = |line: &str| {
        line.trim()
            .trim_start_matches("require ")
            .strip_prefix("k8s.io/kubernetes ")
            .map(str::to_owned)
    };
    go_mod
        .lines()
        .find_map(required)
        .context("go.mod does not require k8s.io/kubernetes")
}

/// The program is what its name says, so kubectl is a link.
fn link_kubectl(layout: &Layout) -> Result<()> {
    let link = layout.bin("kubectl");
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link)?;
    }
    std::os::unix::fs::symlink("k8s", link)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_complaints() {
        assert!(is_package("k8s.io/api/core/v1"));
        assert!(!is_package("# k8s.io/api/core/v1"));
        assert!(!is_package("main.go:7:2: undefined: x"));
    }

    #[test]
    fn compilers_take_of_the_memory_what_others_leave() {
        let limit = |free| compilers_memory(free).pop().map(|it| it.1);
        let cores = machine::cores() as u64;
        assert_eq!(limit(cores << 30), Some(format!("{ENOUGH}B")));
        assert_eq!(limit(cores << 40), Some(format!("{LARGEST}B")));
        assert_eq!(limit(cores << 29), None);
    }

    #[test]
    fn the_version_is_the_one_go_mod_requires() {
        let version =
            kubernetes_version("module x\nrequire k8s.io/kubernetes v1.34.2\nrequire k8s.io/kubectl v0.0.0")
                .unwrap();
        assert_eq!(version, "v1.34.2");
        assert!(kubernetes_version("module x").is_err());
    }
}
