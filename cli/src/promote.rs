//! `shipslog promote`: a release to the next environment.

use anyhow::Result;
use clap::Args;
use shipslog_api::deployments;

use crate::common::Common;
use crate::deploy;
use crate::exit::Exit;
use crate::follow::Following;
use crate::reason::Why;

/// Deploys a release to the next environment of its lifecycle where it has not succeeded.
///
/// Answers as soon as the deployment is accepted; `-w` watches it, `--wait` waits for its end.
#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// The project.
    #[arg(long)]
    project: String,
    /// The release's version.
    #[arg(long)]
    release: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    following: Following,
}

impl Promote {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let asked = deployments::Deploy {
            project: self.project.into(),
            release: self.release.into(),
            environment: None,
        };
        deploy::request(common, &asked, &self.why, self.following).await
    }
}
