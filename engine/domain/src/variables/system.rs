//! What the server says, under Octopus's names.

use std::collections::BTreeMap;

use shipslog_events::event::release::FrozenPackage;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, ProjectName, ReleaseVersion, StepName, TargetName,
};

/// Values by name; a name without a value is known but has none here.
pub type SystemVariables = BTreeMap<String, Option<String>>;

/// What is known where inputs are resolved.
#[derive(Debug, Clone)]
pub struct System<'a> {
    /// Whose release.
    pub project: &'a ProjectName,
    /// Which one.
    pub release: &'a ReleaseVersion,
    /// Where it is deployed to.
    pub environment: &'a EnvironmentName,
    /// By which deployment, once there is one.
    pub deployment: Option<DeploymentId>,
    /// In which step.
    pub step: Option<&'a StepName>,
    /// On which target.
    pub target: Option<&'a TargetName>,
    /// The target's, if it has one.
    pub namespace: Option<&'a str>,
    /// Frozen in the release.
    pub packages: &'a [FrozenPackage],
}

/// The server's variables there.
pub fn system_variables(system: &System<'_>) -> SystemVariables {
    let named = |name: &str, value: Option<String>| (name.to_owned(), value);
    let fixed = [
        named("Octopus.Project.Name", Some(system.project.to_string())),
        named("Octopus.Release.Number", Some(system.release.to_string())),
        named("Octopus.Environment.Name", Some(system.environment.to_string())),
        named(
            "Octopus.Deployment.Id",
            system.deployment.map(|it| it.to_string()),
        ),
        named("Octopus.Step.Name", system.step.map(ToString::to_string)),
        named("Octopus.Machine.Name", system.target.map(ToString::to_string)),
        named(
            "Octopus.Action.Kubernetes.Namespace",
            system.namespace.map(str::to_owned),
        ),
    ];
    let packages = system.packages.iter().flat_map(|it| {
        [
            (image(it.name.as_str()), Some(it.reference.clone())),
            (version(it.name.as_str()), Some(it.version.clone())),
        ]
    });
    fixed.into_iter().chain(packages).collect()
}

/// The names that any deployment of a project with these packages has.
pub fn system_names<'a>(packages: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let nowhere = System {
        project: &ProjectName::from(""),
        release: &ReleaseVersion::from(""),
        environment: &EnvironmentName::from(""),
        deployment: None,
        step: None,
        target: None,
        namespace: None,
        packages: &[],
    };
    let packages = packages.into_iter().flat_map(|it| [image(it), version(it)]);
    system_variables(&nowhere).into_keys().chain(packages).collect()
}

/// Whether a name is kept for the server.
pub(super) fn is_reserved(name: &str) -> bool {
    name.trim().to_lowercase().starts_with("octopus.")
}

fn image(package: &str) -> String {
    format!("Octopus.Action.Package[{package}].Image")
}

fn version(package: &str) -> String {
    format!("Octopus.Action.Package[{package}].PackageVersion")
}
