//! Measures Shipslog against bare programs that do the same, in the same run and by turns. `cargo xtask bench` runs it.

mod append;
mod attempt;
mod bare_sandbox;
mod blue_green;
mod child;
mod compile;
mod guests;
mod hostile;
mod journal;
#[path = "../src/bench/names.rs"]
mod names;
mod number;
mod resume;
mod server;
mod share;
mod start;
mod waiting;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Parser};

use crate::blue_green::Cluster;
use crate::names::BLUE_GREEN;
use crate::number::Number;

#[derive(Debug, Parser)]
enum Command {
    /// Measures what is named.
    Run(Run),
    /// A server with the bench's own steps.
    Serve(server::Serve),
}

#[derive(Debug, Args)]
struct Run {
    /// Which; all that need no cluster without a name.
    #[arg(value_parser = names::ALL)]
    names: Vec<String>,
    /// Where the numbers go, as JSON.
    #[arg(long)]
    out: PathBuf,
    /// Few rounds, to see that it works.
    #[arg(long)]
    quick: bool,
    /// The cluster, for those that need one.
    #[arg(long)]
    kubeconfig: Option<PathBuf>,
    /// The folder with the built-in steps.
    #[arg(long)]
    steps: Option<PathBuf>,
    /// The registry whose image is deployed.
    #[arg(long)]
    feed: Option<String>,
    #[arg(long, default_value = "kubectl")]
    kubectl: PathBuf,
}

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    Whole,
    Quick,
}

impl Effort {
    pub(crate) fn of(self, whole: u32, quick: u32) -> u32 {
        match self {
            Self::Whole => whole,
            Self::Quick => quick,
        }
    }

    pub(crate) fn rounds(self) -> u32 {
        self.of(7, 2)
    }
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    match Command::parse() {
        Command::Serve(serve) => runtime.block_on(serve.run()),
        Command::Run(run) => measure(&run, &runtime),
    }
}

fn measure(run: &Run, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let effort = if run.quick { Effort::Quick } else { Effort::Whole };
    let mut numbers: Vec<Number> = Vec::new();
    for name in names::ALL {
        let is_wanted = run.names.iter().any(|it| it == name) || (run.names.is_empty() && run.can(name));
        if !is_wanted {
            continue;
        }
        eprintln!("measuring {name} ...");
        numbers.extend(match name {
            "journal" => runtime.block_on(journal::measure(effort))?,
            "append" => runtime.block_on(append::measure(effort))?,
            "resume" => runtime.block_on(resume::measure(effort))?,
            "start" => runtime.block_on(start::measure(effort))?,
            "share" => share::measure(effort)?,
            "compile" => runtime.block_on(compile::measure(effort))?,
            "hostile" => hostile::measure(effort)?,
            "waiting" => waiting::measure(effort)?,
            _ => blue_green::measure(effort, &run.cluster()?)?,
        });
        // After each, so that what was measured stays when a later one fails.
        std::fs::write(&run.out, serde_json::to_vec_pretty(&numbers)?)?;
    }
    Ok(())
}

impl Run {
    fn can(&self, name: &str) -> bool {
        name != BLUE_GREEN || self.kubeconfig.is_some()
    }

    fn cluster(&self) -> Result<Cluster> {
        let missing = "it needs --kubeconfig, --steps and --feed";
        Ok(Cluster {
            kubeconfig: self.kubeconfig.clone().context(missing)?,
            kubectl: self.kubectl.clone(),
            feed: self.feed.clone().context(missing)?,
            steps: self.steps.clone().context(missing)?,
        })
    }
}
