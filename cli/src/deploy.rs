//! `shipslog deploy`: a release to environments.

use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_api::deployments::{self, DEPLOYMENTS, DeploymentAccepted, DeploymentsAccepted};

use crate::asking::Asking;
use crate::common::Common;
use crate::exit::Exit;
use crate::follow::Following;

/// Deploys a release to one environment or several, if its lifecycle lets it.
///
/// All of them are accepted, or none. Answers as soon as they are; `-w` watches them one after another, `--wait` waits for
/// their ends; with `-o json` or `-o yaml` each is one value.
/// Exits 4 when the server refuses it, such as for a phase before that has not succeeded.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The project.
    #[arg(long)]
    project: String,
    /// The release's version.
    #[arg(long)]
    release: String,
    /// An environment; once for each.
    #[arg(long, required = true, value_name = "ENVIRONMENT")]
    to: Vec<String>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    following: Following,
}

impl Deploy {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let asked = deployments::Deploy {
            project: self.project.into(),
            release: self.release.into(),
            environments: Some(self.to.into_iter().map(Into::into).collect()),
            whole_phase: false,
        };
        request(common, &asked, &self.asking, self.following).await
    }
}

/// Asks for deployments, and stays if wanted.
pub(crate) async fn request(
    common: &Common,
    asked: &deployments::Deploy,
    asking: &Asking,
    following: Following,
) -> Result<Exit> {
    let client = common.client()?;
    let answer = client
        .post::<DeploymentsAccepted>(&DEPLOYMENTS.of([]), asking, asked)
        .await?;
    if !following.stays() {
        common.output.show(&answer, accepted)?;
        return Ok(Exit::Succeeded);
    }
    let asked: DeploymentsAccepted = answer.read()?;
    // Whoever sees nothing of one until the one before it has ended, or until its end, wants to know what goes on.
    if asked.deployments.len() > 1 || following.is_silent(common.output) {
        anstream::eprintln!("{}", accepted(&asked));
    }
    let ids = asked.deployments.iter().map(|it| it.deployment).collect();
    let following = following.follow(&client, common.output, ids, asked.position);
    following.await.with_context(|| accepted(&asked))
}

fn accepted(answer: &DeploymentsAccepted) -> String {
    let one = |it: &DeploymentAccepted| {
        let (id, environment) = (it.deployment, &it.environment);
        format!("{id} to {environment} is accepted; `shipslog status {id} -w` watches it")
    };
    answer.deployments.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::{DeploymentId, Position};

    use super::*;

    #[test]
    fn an_accepted_deployment_is_named_with_the_way_to_watch_it() {
        let one = |number, environment: &str| DeploymentAccepted {
            deployment: DeploymentId(number),
            environment: environment.into(),
        };
        let answer = DeploymentsAccepted {
            deployments: vec![one(3, "Europe"), one(4, "America")],
            position: Position(9),
        };
        assert_eq!(
            accepted(&answer),
            "deployments-3 to Europe is accepted; `shipslog status deployments-3 -w` watches it\n\
             deployments-4 to America is accepted; `shipslog status deployments-4 -w` watches it"
        );
    }
}
