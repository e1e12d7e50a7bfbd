//! What the server says, under Octopus's names.

use std::collections::BTreeMap;

use crate::variables::Place;

/// Values by name; a name without a value is known but has none here.
pub(super) type SystemVariables = BTreeMap<String, Option<String>>;

impl Place {
    /// The server's variables there.
    pub(super) fn system(&self) -> SystemVariables {
        let named = |name: &str, value: Option<String>| (name.to_owned(), value);
        let fixed = [
            named("Octopus.Project.Name", text(self.project.as_ref())),
            named("Octopus.Release.Number", text(self.release.as_ref())),
            named("Octopus.Environment.Name", text(self.environment.as_ref())),
            named("Octopus.Deployment.Id", text(self.deployment.as_ref())),
            named("Octopus.Step.Name", text(self.step.as_ref())),
            named("Octopus.Machine.Name", text(self.target.as_ref())),
            named("Octopus.Action.Kubernetes.Namespace", self.namespace.clone()),
        ];
        let packages = self.packages.iter().flat_map(|it| {
            [
                (image(it.name.as_str()), Some(it.reference.clone())),
                (version(it.name.as_str()), Some(it.version.clone())),
            ]
        });
        fixed.into_iter().chain(packages).collect()
    }
}

fn text(known: Option<&impl ToString>) -> Option<String> {
    known.map(ToString::to_string)
}

/// The names that any deployment of a project with these packages has.
pub fn system_names<'a>(packages: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let packages = packages.into_iter().flat_map(|it| [image(it), version(it)]);
    Place::default().system().into_keys().chain(packages).collect()
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
