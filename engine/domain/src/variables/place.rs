//! Where values are resolved.

use std::collections::BTreeSet;

use shipslog_events::event::release::FrozenPackage;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, ProjectName, ReleaseVersion, RoleName, StepName, TargetName,
};

/// Where a value is resolved, as far as that is known: by default nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Whose release.
    pub project: Option<ProjectName>,
    /// Which one.
    pub release: Option<ReleaseVersion>,
    /// Its images.
    pub packages: Vec<FrozenPackage>,
    /// Where it is deployed to.
    pub environment: Option<EnvironmentName>,
    /// By which deployment.
    pub deployment: Option<DeploymentId>,
    /// In which step.
    pub step: Option<StepName>,
    /// On which target.
    pub target: Option<TargetName>,
    /// The target's.
    pub roles: BTreeSet<RoleName>,
    /// The step's own: those by which it finds its targets.
    pub own_roles: BTreeSet<RoleName>,
    /// The target's.
    pub namespace: Option<String>,
}
