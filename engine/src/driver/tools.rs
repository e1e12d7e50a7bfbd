//! What runs are carried out with.

use std::sync::Arc;

use shipslog_domain::freeze::Impossible;
use shipslog_events::ids::ComponentDigest;
use shipslog_log::Store;
use shipslog_runner::Component;

use super::Live;
use crate::cluster_pool::ClusterPool;
use crate::configurations::Configurations;
use crate::secrets::Secrets;
use crate::steps::Steps;

/// What the driver reads, runs steps with, and records in.
pub(crate) struct Tools {
    pub(crate) store: Store,
    pub(crate) configurations: Arc<Configurations>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) clusters: Arc<ClusterPool>,
    pub(crate) steps: Arc<Steps>,
    pub(crate) live: Live,
}

impl Tools {
    /// A component that was planned.
    pub(super) fn component(&self, digest: &ComponentDigest) -> Result<Component, Impossible> {
        self.steps
            .store
            .by_digest(digest)
            .map_err(|error| Impossible::NoComponent(error.to_string()))
    }
}
