//! `shipslog status`: a deployment now, or live until its end.

use anyhow::Result;
use clap::Args;
use shipslog_api::deployments::DEPLOYMENT;
use shipslog_events::ids::DeploymentId;

use crate::client::Query;
use crate::common::Common;
use crate::deployment;
use crate::exit::Exit;
use crate::follow::{self, Patience, View};

/// Shows a deployment: its steps, their targets, what each waits for and why.
///
/// With `-w` until its end, redrawn on a terminal, line by line elsewhere; a server that restarts is waited for.
#[derive(Debug, Args)]
pub(crate) struct StatusVerb {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
    /// Watch it live until its end, and exit 1 unless it succeeds.
    #[arg(short, long)]
    watch: bool,
    /// Exit 3 when it has not ended after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "watch")]
    timeout: Option<u64>,
}

impl StatusVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let client = common.client()?;
        // Also before watching: nobody waits for a server or a deployment that never was there.
        let now = client
            .get(&DEPLOYMENT.of([&self.deployment]), &Query::NONE)
            .await?;
        if !self.watch {
            common.output.show(&now, deployment::one)?;
            return Ok(Exit::Succeeded);
        }
        let view = View::new(common.output, true);
        let patience = self.timeout.map(Patience::begin);
        follow::follow(&client, view, self.deployment, None, patience).await
    }
}
