//! `shipslog deploy`: a release to an environment.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use shipslog_events::ids::DeploymentId;

use crate::common::Common;
use crate::exit::Exit;
use crate::follow::Following;
use crate::output;

/// Deploys a release to an environment, if its lifecycle lets it.
///
/// Answers as soon as the deployment is accepted; `-w` watches it, `--wait` waits for its end. Exits 4 when the
/// server refuses it, such as for a phase before that has not succeeded.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The project.
    #[arg(long)]
    project: String,
    /// The release's version.
    #[arg(long)]
    release: String,
    /// The environment.
    #[arg(long)]
    to: String,
    #[command(flatten)]
    following: Following,
}

impl Deploy {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let body = json!({ "project": self.project, "release": self.release, "environment": self.to });
        request(common, &body, self.following).await
    }
}

/// Asks for a deployment, and stays if wanted.
pub(crate) async fn request(common: &Common, body: &Value, following: Following) -> Result<Exit> {
    let client = common.client()?;
    let answer = client.post("/api/v1/deployments", &[], body).await?;
    if !following.stays() {
        common.output.show(&answer, accepted)?;
        return Ok(Exit::Succeeded);
    }
    let id: DeploymentId = answer["deployment"]
        .as_str()
        .unwrap_or_default()
        .parse()
        .context("the server accepted it without an id")?;
    following
        .follow(
            &client,
            common.output,
            id,
            Some(output::text(&answer["position"])),
        )
        .await
}

fn accepted(answer: &Value) -> String {
    let [id, environment] = ["deployment", "environment"].map(|it| output::text(&answer[it]));
    format!("{id} to {environment} is accepted; `shipslog status {id} -w` watches it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_deployment_is_named_with_the_way_to_watch_it() {
        let answer = json!({ "deployment": "deployments-3", "environment": "Production", "position": 9 });
        assert_eq!(
            accepted(&answer),
            "deployments-3 to Production is accepted; `shipslog status deployments-3 -w` watches it"
        );
    }
}
