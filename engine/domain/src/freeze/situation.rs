//! Where a run stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::ids::{DeploymentId, EnvironmentName, ProjectName, ReleaseVersion};

/// What a run is a part of, and what others left there before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// The deployment that the run is a part of.
    pub deployment: DeploymentId,
    /// The project that is deployed.
    pub project: ProjectName,
    /// The project's name where only lower-case letters, digits and dashes may stand.
    pub project_slug: String,
    /// The environment that it is deployed into.
    pub environment: EnvironmentName,
    /// The release that is deployed.
    pub release: ReleaseVersion,
    /// The step's name where only lower-case letters, digits and dashes may stand.
    pub step_slug: String,
    /// Labels to put on everything the step makes.
    pub labels: BTreeMap<String, String>,
    /// Annotations to put on everything the step makes.
    pub annotations: BTreeMap<String, String>,
    /// Objects that earlier deployments of this step wrote here and that still exist.
    pub inventory: Vec<Value>,
}

/// The API server takes no longer field managers.
const LONGEST_MANAGER: usize = 128;

impl Situation {
    /// Under which name the API server keeps whose fields are whose.
    pub fn field_manager(&self) -> String {
        let mut manager = format!("shipslog:{}:{}", self.project_slug, self.step_slug);
        if manager.len() > LONGEST_MANAGER {
            let mut end = LONGEST_MANAGER;
            while !manager.is_char_boundary(end) {
                end -= 1;
            }
            manager.truncate(end);
        }
        manager
    }
}
