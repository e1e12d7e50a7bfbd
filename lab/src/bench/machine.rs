//! What was measured on: numbers without it say nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

use tasks::{checkout, program};

/// The machine, and the versions of what was measured.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_mb: u64,
    kernel: String,
    /// Of the folder for temporary files, where the logs lay.
    file_system: String,
    /// Processes that were running or wanted to over the last minute: far above the cores, the numbers are too high.
    load: String,
    rustc: String,
    commit: String,
    /// Of the crates that matter most.
    versions: Vec<String>,
}

/// Crates whose versions are told.
const CRATES: [&str; 4] = ["wasmtime", "rusqlite", "libsqlite3-sys", "kube"];

impl Machine {
    pub(super) fn here(target: &Path) -> Result<Self> {
        let commit = program::output(
            Command::new("git")
                .args(["rev-parse", "--short", "HEAD"])
                .current_dir(checkout::root()),
        );
        let kind = program::output(
            Command::new("stat")
                .args(["--file-system", "--format=%T"])
                .arg(std::env::temp_dir()),
        );
        let lock = fs::read_to_string(checkout::root().join("Cargo.lock"))?;
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self {
            processor: line("/proc/cpuinfo", "model name")?,
            cores: std::thread::available_parallelism()?.get(),
            memory_mb: line("/proc/meminfo", "MemTotal")?
                .trim_end_matches(" kB")
                .parse()
                .unwrap_or(0)
                / 1024,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?
                .trim()
                .to_owned(),
            file_system: kind.unwrap_or_default().trim().to_owned(),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
            rustc: program::output(Command::new("rustc").arg("--version").current_dir(target))?
                .trim()
                .to_owned(),
            // A copy without its history has none.
            commit: commit.unwrap_or_default().trim().to_owned(),
            versions: CRATES.iter().filter_map(|it| version(&lock, it)).collect(),
        })
    }

    pub(super) fn lines(&self) -> [String; 3] {
        [
            format!("{}, {} cores, {} MB", self.processor, self.cores, self.memory_mb),
            format!("Linux {}, {}, load {}", self.kernel, self.file_system, self.load),
            format!(
                "{}; {}; commit {}",
                self.rustc,
                self.versions.join(", "),
                self.commit
            ),
        ]
    }
}

/// The value of a line that begins so, such as `model name : AMD EPYC`.
fn line(file: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let found = text.lines().find_map(|it| it.strip_prefix(name)?.split_once(':'));
    Ok(found.map_or_else(|| "unknown".to_owned(), |(_, it)| it.trim().to_owned()))
}

/// As `wasmtime 48.0.8`, from the text of a lock file.
fn version(lock: &str, name: &str) -> Option<String> {
    let after = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?.1;
    Some(format!("{name} {}", after.split_once('"')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"kube\"\nversion = \"5.0.1\"\n\n[[package]]\nname = \"kube-core\"\nversion = \"5\"\n";
        assert_eq!(version(lock, "kube"), Some("kube 5.0.1".to_owned()));
        assert_eq!(version(lock, "wasmtime"), None);
    }
}
