//! `shipslog deploy`: a release to an environment.

use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_api::deployments::{self, DEPLOYMENTS, DeploymentAccepted};

use crate::common::Common;
use crate::exit::Exit;
use crate::follow::Following;
use crate::reason::Why;

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
    why: Why,
    #[command(flatten)]
    following: Following,
}

impl Deploy {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let asked = deployments::Deploy {
            project: self.project.into(),
            release: self.release.into(),
            environment: Some(self.to.into()),
        };
        request(common, &asked, &self.why, self.following).await
    }
}

/// Asks for a deployment, and stays if wanted.
pub(crate) async fn request(
    common: &Common,
    asked: &deployments::Deploy,
    why: &Why,
    following: Following,
) -> Result<Exit> {
    let client = common.client()?;
    let answer = client
        .post::<DeploymentAccepted>(&DEPLOYMENTS.of([]), &why.query(), asked)
        .await?;
    if !following.stays() {
        common.output.show(&answer, accepted)?;
        return Ok(Exit::Succeeded);
    }
    let asked: DeploymentAccepted = answer.read()?;
    let (id, position) = (asked.deployment, asked.position);
    let following = following.follow(&client, common.output, id, Some(position));
    following.await.with_context(|| accepted(&asked))
}

fn accepted(answer: &DeploymentAccepted) -> String {
    let (id, environment) = (answer.deployment, &answer.environment);
    format!("{id} to {environment} is accepted; `shipslog status {id} -w` watches it")
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::{DeploymentId, Position};

    use super::*;

    #[test]
    fn an_accepted_deployment_is_named_with_the_way_to_watch_it() {
        let answer = DeploymentAccepted {
            deployment: DeploymentId(3),
            environment: "Production".into(),
            position: Position(9),
        };
        assert_eq!(
            accepted(&answer),
            "deployments-3 to Production is accepted; `shipslog status deployments-3 -w` watches it"
        );
    }
}
