//! `shipslog gate`: decides whether a deployment goes on.

use anyhow::Result;
use clap::{Args, Subcommand};
use shipslog_api::deployments::{DecideGate, Decision, GATE, GateDecided};
use shipslog_events::ids::DeploymentId;

use crate::asking::Asking;
use crate::common::Common;
use crate::exit::Exit;

/// Decides at a gate of a deployment's process, which waits for it.
///
/// A decision is not taken back. Say why with `--reason`: the history keeps it.
#[derive(Debug, Subcommand)]
pub(crate) enum GateVerb {
    /// Lets the deployment go on.
    Pass(Gate),
    /// Ends the deployment: it fails.
    Fail(Gate),
}

/// Which gate of which deployment.
#[derive(Debug, Args)]
pub(crate) struct Gate {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
    /// The gate's name, as `shipslog status` shows it.
    name: String,
    #[command(flatten)]
    asking: Asking,
}

impl GateVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let (gate, decision, done) = match self {
            Self::Pass(gate) => (gate, Decision::Pass, "is passed"),
            Self::Fail(gate) => (gate, Decision::Fail, "is failed"),
        };
        let Gate {
            deployment: id,
            name,
            asking,
        } = gate;
        let (id_text, client) = (id.to_string(), common.client()?);
        let path = GATE.of([&id_text, &name]);
        let answer = client
            .post::<GateDecided>(&path, &asking, &DecideGate { decision })
            .await?;
        common.output.show(&answer, |_: &GateDecided| {
            format!("gate {name} of {id} {done}; `shipslog status {id} -w` watches it")
        })?;
        Ok(Exit::Succeeded)
    }
}
