//! `shipslog status`: a deployment now, or live until its end.

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Deserialize as _;
use shipslog_events::ids::DeploymentId;

use crate::client::Client;
use crate::common::Common;
use crate::deployment::{self, Deployment};
use crate::exit::Exit;
use crate::follow::{self, View};
use crate::output::Format;

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
        if !self.watch {
            show(&client, common.output, self.deployment).await?;
            return Ok(Exit::Succeeded);
        }
        // Nobody waits for a server or a deployment that never was there.
        client.get(&deployment::path(self.deployment), &[]).await?;
        let view = View::new(common.output, true);
        follow::follow(&client, view, self.deployment, None, self.timeout).await
    }
}

/// Shows a deployment as it is now.
pub(crate) async fn show(client: &Client, format: Format, id: DeploymentId) -> Result<()> {
    let state = client.get(&deployment::path(id), &[]).await?;
    let deployment =
        Deployment::deserialize(&state).context("the server tells a deployment in another way")?;
    format.show(&state, |_| follow::drawn(&deployment).join("\n"))
}
