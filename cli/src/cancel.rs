//! `shipslog cancel`: asks a deployment to stop.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use shipslog_api::deployments::{CANCEL, CancelAccepted};
use shipslog_events::ids::DeploymentId;

use crate::asking::Asking;
use crate::common::Common;
use crate::exit::Exit;

/// Asks a deployment to stop.
///
/// Its running step is given time to stop well; what it left behind is told at its end.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
    #[command(flatten)]
    asking: Asking,
}

impl Cancel {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let id = self.deployment;
        let client = common.client()?;
        let answer = client
            .post::<CancelAccepted>(&CANCEL.of([&id]), &self.asking, &json!({}))
            .await?;
        common.output.show(&answer, |_: &CancelAccepted| {
            format!("{id} is asked to stop; `shipslog status {id} -w` watches it")
        })?;
        Ok(Exit::Succeeded)
    }
}
