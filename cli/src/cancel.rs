//! `shipslog cancel`: asks a deployment to stop.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use shipslog_api::deployments::CancelAccepted;
use shipslog_events::ids::DeploymentId;

use crate::client::Query;
use crate::common::Common;
use crate::deployment;
use crate::exit::Exit;

/// Asks a deployment to stop.
///
/// Its running step is given time to stop well; what it left behind is told at its end.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
}

impl Cancel {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let id = self.deployment;
        let path = format!("{}/cancel", deployment::path(id));
        let answer = common.client()?.post(&path, &Query::NONE, &json!({})).await?;
        common.output.show(&answer, |_: &CancelAccepted| {
            format!("{id} is asked to stop; `shipslog status {id} -w` watches it")
        })?;
        Ok(Exit::Succeeded)
    }
}
