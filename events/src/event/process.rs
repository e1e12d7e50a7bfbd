//! The shape of a process: runs and gates in order. A project has it, a release freezes it, a deployment plans it.

use serde::{Deserialize, Serialize};

use crate::ids::{GateName, StepName, TargetName};
use crate::words::words;

/// An entry of a process: a component that runs, or something that somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry<R> {
    /// Runs on targets.
    Run(R),
    /// Waits for a decision.
    Gate(Gate),
}

/// An entry that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name, unique within the process.
    pub name: StepName,
    /// Who decides.
    pub kind: GateKind,
    /// How long it waits from when it opens.
    pub time_limit_seconds: u64,
}

/// Who decides at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// A person.
    Manual,
}

words! {
    GateKind {
        Manual => "manual",
    }
}

/// A gate of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GateId {
    /// The entry of the process.
    pub entry: StepName,
    /// The target, for a gate within a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetName>,
    /// Its name within the entry; that of the entry where that is the gate.
    pub gate: GateName,
}

/// What became of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateDecision {
    /// The deployment goes on.
    Passed,
    /// It ends.
    Failed,
    /// Nobody decided in time: it ends.
    Expired,
}

words! {
    GateDecision {
        Passed => "passed",
        Failed => "failed",
        Expired => "expired",
    }
}

impl Gate {
    /// The gate of a deployment that this entry is.
    pub fn id(&self) -> GateId {
        GateId {
            entry: self.name.clone(),
            target: None,
            gate: self.name.as_str().into(),
        }
    }
}

impl<R> Entry<R> {
    /// What runs, where this is a run.
    pub fn run(&self) -> Option<&R> {
        match self {
            Self::Run(run) => Some(run),
            Self::Gate(_) => None,
        }
    }

    /// The same with something else that runs, where that can be.
    pub fn try_map<S, E>(&self, run: impl FnOnce(&R) -> Result<S, E>) -> Result<Entry<S>, E> {
        Ok(match self {
            Self::Run(it) => Entry::Run(run(it)?),
            Self::Gate(gate) => Entry::Gate(gate.clone()),
        })
    }

    /// The same with something else that runs.
    pub fn map<S>(&self, run: impl FnOnce(&R) -> S) -> Entry<S> {
        match self {
            Self::Run(it) => Entry::Run(run(it)),
            Self::Gate(gate) => Entry::Gate(gate.clone()),
        }
    }
}

/// What runs of a process, in order.
pub fn runs<R>(process: &[Entry<R>]) -> impl Iterator<Item = &R> + Clone {
    process.iter().filter_map(Entry::run)
}
