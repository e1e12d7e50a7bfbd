//! `shipslog promote`: a release to the next environment.

use anyhow::Result;
use clap::Args;
use shipslog_api::deployments;

use crate::asking::Asking;
use crate::common::Common;
use crate::deploy;
use crate::exit::Exit;
use crate::follow::Following;

/// Deploys a release to the next environment of its lifecycle where it has not succeeded and is not on its way.
///
/// Answers as soon as it is accepted; `-w` watches it, `--wait` waits for its end.
#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// The project.
    #[arg(long)]
    project: String,
    /// The release's version.
    #[arg(long)]
    release: String,
    /// To all such environments of the next phase at once.
    #[arg(long)]
    whole_phase: bool,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    following: Following,
}

impl Promote {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let asked = deployments::Deploy {
            project: self.project.into(),
            release: self.release.into(),
            environments: None,
            whole_phase: self.whole_phase,
        };
        deploy::request(common, &asked, &self.asking, self.following).await
    }
}
