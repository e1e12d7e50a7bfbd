//! Deployments: how one is shown, and what those who wait for its end read of it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use shipslog_api::deployments::{Deployment, DeploymentStatus};

use crate::answer::Answer;
use crate::client::Error;
use crate::tree::{self, Line};

/// The whole tree.
pub(crate) fn one(deployment: &Deployment) -> String {
    drawn(deployment).join("\n")
}

/// The whole tree, line by line.
pub(crate) fn drawn(deployment: &Deployment) -> Vec<String> {
    tree::lines(deployment).iter().flat_map(Line::drawn).collect()
}

/// Whether nothing more will come of it. That it has an end is said beside the word for it, which may be news.
pub(crate) fn has_ended(state: &Answer) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct End {
        ended_at: Option<IgnoredAny>,
    }
    state.read::<End>().is_ok_and(|it| it.ended_at.is_some())
}

/// How it stands; the rest of it is not looked at.
pub(crate) fn status(state: &Answer) -> Result<DeploymentStatus, Error> {
    #[derive(Deserialize)]
    struct Standing {
        status: DeploymentStatus,
    }
    Ok(state.read::<Standing>()?.status)
}
