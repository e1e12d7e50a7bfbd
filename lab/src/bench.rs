//! `cargo xtask bench`: measures, and shows each number beside its target.

mod machine;
mod names;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use self::machine::Machine;
use tasks::{checkout, cluster, steps};

/// What is measured, and how much of it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Bench {
    /// Which; all of them without a name.
    #[arg(value_name = "NAME", value_parser = names::ALL)]
    names: Vec<String>,
    /// Where to write the numbers, with what they were measured on.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Few rounds, to see that everything works: its numbers say little.
    #[arg(long)]
    quick: bool,
}

/// A number as the bench writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    bench: String,
    what: String,
    value: f64,
    unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

/// What `--json` writes.
#[derive(Serialize)]
struct Report {
    machine: Machine,
    numbers: Vec<Number>,
}

/// Runs the command. A target that is missed is shown, and is no error: whether a machine is fast enough is for its owner
/// to judge.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    let deploys = bench.names.is_empty() || bench.names.iter().any(|it| it == names::BLUE_GREEN);
    let _only_one = deploys.then(checkout::lock).transpose()?;
    if deploys {
        cluster::prerequisites()?;
        steps::built_in()?;
    }
    let out = checkout::target().join("bench.json");
    let mut command = Command::new(std::env::current_exe()?.with_file_name("measure"));
    command.arg("run").arg("--out").arg(&out).args(&bench.names);
    if bench.quick {
        command.arg("--quick");
    }
    if deploys {
        let facts = cluster::up()?;
        command
            .arg("--kubeconfig")
            .arg(&facts.kubeconfig)
            .arg("--kubectl")
            .arg(&facts.kubectl)
            .args(["--feed", &facts.registry])
            .arg("--steps")
            .arg(checkout::target().join("steps"));
    }
    let ended = command
        .stdin(Stdio::null())
        .status()
        .context("the bench cannot be run")?;
    ensure!(ended.success(), "the bench failed");
    let numbers: Vec<Number> =
        serde_json::from_slice(&fs::read(&out)?).context("the bench wrote no numbers")?;
    let report = Report {
        machine: Machine::here(&checkout::target())?,
        numbers,
    };
    table::print(&report);
    if let Some(file) = &bench.json {
        fs::write(file, serde_json::to_vec_pretty(&report)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}
