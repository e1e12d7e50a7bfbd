//! Releases: frozen once, promoted through the phases of their project's lifecycle.

mod refusal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::Phase;
use shipslog_events::event::release::{FrozenPackage, FrozenStep, ReleaseEvent};
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, LifecycleName, PhaseName, ProjectName, ReleaseVersion,
};
use shipslog_nearest as nearest;

pub use refusal::{CreateRefusal, EnterRefusal, PromoteRefusal, UnknownRelease};

/// The releases of one project, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    releases: Vec<Release>,
}

/// A release and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The project that it is a release of.
    pub project: ProjectName,
    /// Unique within the project.
    pub version: ReleaseVersion,
    /// How it progresses.
    pub lifecycle: LifecycleName,
    /// Revision of the project document that it froze.
    pub revision: u64,
    /// Images with digests.
    pub packages: Vec<FrozenPackage>,
    /// Steps with components.
    pub steps: Vec<FrozenStep>,
    /// The latest deployment that was accepted, by environment.
    pub entered: BTreeMap<EnvironmentName, DeploymentId>,
    /// The latest deployment that succeeded, by environment.
    pub succeeded: BTreeMap<EnvironmentName, DeploymentId>,
}

/// What a release freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// The project that it is a release of.
    pub project: ProjectName,
    /// Unique within the project; by default the one after the highest.
    pub version: Option<ReleaseVersion>,
    /// How it progresses.
    pub lifecycle: LifecycleName,
    /// Revision of the project document.
    pub revision: u64,
    /// Images with digests.
    pub packages: Vec<FrozenPackage>,
    /// Steps with components.
    pub steps: Vec<FrozenStep>,
}

/// Creates a release.
pub fn decide(releases: &Releases, create: Create) -> Result<ReleaseEvent, CreateRefusal> {
    let version = create.version.clone().unwrap_or_else(|| releases.next_version());
    if !is_version(version.as_str()) {
        return Err(CreateRefusal::Version(version));
    }
    if releases.find(&version).is_some() {
        return Err(CreateRefusal::Exists {
            project: create.project,
            version,
        });
    }
    Ok(ReleaseEvent::ReleaseCreated {
        project: create.project,
        version,
        lifecycle: create.lifecycle,
        revision: create.revision,
        packages: create.packages,
        steps: create.steps,
    })
}

fn is_version(text: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '+' | '_');
    (1..=63).contains(&text.len())
        && text.chars().all(allowed)
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
}

/// The memory of what was created and where it succeeded.
#[must_use]
pub fn evolve(mut releases: Releases, event: &ReleaseEvent) -> Releases {
    let at = releases
        .releases
        .iter()
        .position(|it| it.version == *version_of(event));
    let before = at.map(|it| releases.releases[it].clone());
    let Some(after) = evolve_one(before, event) else {
        return releases;
    };
    match at {
        Some(at) => releases.releases[at] = after,
        None => releases.releases.push(after),
    }
    releases
}

/// Which release an event is about.
pub fn version_of(event: &ReleaseEvent) -> &ReleaseVersion {
    match event {
        ReleaseEvent::ReleaseCreated { version, .. }
        | ReleaseEvent::PhaseEntered { version, .. }
        | ReleaseEvent::PhaseSucceeded { version, .. } => version,
    }
}

/// The project of the release that an event is about.
pub fn project_of(event: &ReleaseEvent) -> &ProjectName {
    match event {
        ReleaseEvent::ReleaseCreated { project, .. }
        | ReleaseEvent::PhaseEntered { project, .. }
        | ReleaseEvent::PhaseSucceeded { project, .. } => project,
    }
}

/// One release's part of `evolve`.
#[must_use]
pub fn evolve_one(release: Option<Release>, event: &ReleaseEvent) -> Option<Release> {
    match event {
        ReleaseEvent::ReleaseCreated {
            project,
            version,
            lifecycle,
            revision,
            packages,
            steps,
        } => Some(Release {
            project: project.clone(),
            version: version.clone(),
            lifecycle: lifecycle.clone(),
            revision: *revision,
            packages: packages.clone(),
            steps: steps.clone(),
            entered: BTreeMap::new(),
            succeeded: BTreeMap::new(),
        }),
        ReleaseEvent::PhaseEntered {
            environment,
            deployment,
            ..
        } => release.map(|mut it| {
            it.entered.insert(environment.clone(), *deployment);
            it
        }),
        ReleaseEvent::PhaseSucceeded {
            environment,
            deployment,
            ..
        } => release.map(|mut it| {
            it.succeeded.insert(environment.clone(), *deployment);
            it
        }),
    }
}

impl Releases {
    /// The release of a version.
    pub fn find(&self, version: &ReleaseVersion) -> Option<&Release> {
        self.releases.iter().find(|it| it.version == *version)
    }

    /// The release of a version, or a refusal that names the nearest ones.
    pub fn existing(&self, version: &ReleaseVersion) -> Result<&Release, UnknownRelease> {
        self.find(version).ok_or_else(|| {
            let versions: Vec<String> = self
                .releases
                .iter()
                .rev()
                .map(|it| it.version.to_string())
                .collect();
            UnknownRelease(nearest::unknown("release", version.as_str(), &versions))
        })
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Release] {
        &self.releases
    }

    /// The highest version with its last number raised; `1.0.0` for the first.
    fn next_version(&self) -> ReleaseVersion {
        let highest = self
            .releases
            .iter()
            .filter_map(|it| semver::Version::parse(it.version.as_str()).ok())
            .max();
        match highest {
            Some(it) => format!("{}.{}.{}", it.major, it.minor, it.patch + 1).into(),
            None if self.releases.is_empty() => "1.0.0".into(),
            None => format!("1.0.{}", self.releases.len()).into(),
        }
    }
}

impl Release {
    /// The phase that an environment is in, if every phase before it has succeeded.
    pub fn may_enter(
        &self,
        phases: &[Phase],
        environment: &EnvironmentName,
    ) -> Result<PhaseName, EnterRefusal> {
        let Some(at) = phases.iter().position(|it| it.environments.contains(environment)) else {
            return Err(EnterRefusal::NotInLifecycle {
                lifecycle: self.lifecycle.clone(),
                environment: environment.clone(),
                phases: in_words(phases),
            });
        };
        for phase in &phases[..at] {
            let missing: Vec<String> = (phase.environments.iter())
                .filter(|it| !self.succeeded.contains_key(*it))
                .map(ToString::to_string)
                .collect();
            if !missing.is_empty() {
                return Err(EnterRefusal::PhaseMissing {
                    version: self.version.clone(),
                    environment: environment.clone(),
                    phase: phase.name.clone(),
                    missing: missing.join(", "),
                });
            }
        }
        Ok(phases[at].name.clone())
    }

    /// Where promotion leads: the first environment, in order of phases, where it has not succeeded. A release that has
    /// succeeded nowhere is deployed, not promoted.
    pub fn promotion(&self, phases: &[Phase]) -> Result<EnvironmentName, PromoteRefusal> {
        if let (Some(first), true) = (phases.first(), self.succeeded.is_empty()) {
            return Err(PromoteRefusal::NothingSucceeded {
                version: self.version.clone(),
                phase: first.name.clone(),
            });
        }
        let mut environments = phases.iter().flat_map(|it| &it.environments);
        environments
            .find(|it| !self.succeeded.contains_key(*it))
            .cloned()
            .ok_or_else(|| PromoteRefusal::SucceededEverywhere {
                version: self.version.clone(),
                lifecycle: self.lifecycle.clone(),
            })
    }
}

fn in_words(phases: &[Phase]) -> String {
    let phase = |it: &Phase| {
        let environments: Vec<String> = it.environments.iter().map(ToString::to_string).collect();
        format!("{} ({})", it.name, environments.join(", "))
    };
    phases.iter().map(phase).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(version: Option<&str>) -> Create {
        Create {
            project: "Httpd".into(),
            version: version.map(Into::into),
            lifecycle: "Application".into(),
            revision: 1,
            packages: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn given(versions: &[&str]) -> Releases {
        versions.iter().fold(Releases::default(), |releases, version| {
            let event = decide(&releases, create(Some(version))).unwrap();
            evolve(releases, &event)
        })
    }

    fn succeeded(version: &str, environment: &str) -> ReleaseEvent {
        ReleaseEvent::PhaseSucceeded {
            project: "Httpd".into(),
            version: version.into(),
            phase: environment.into(),
            environment: environment.into(),
            deployment: DeploymentId(1),
        }
    }

    fn application() -> Vec<Phase> {
        ["Development", "Production"]
            .map(|it| Phase {
                name: it.into(),
                environments: vec![it.into()],
            })
            .to_vec()
    }

    #[test]
    fn a_version_is_created_once() {
        let refusal = decide(&given(&["1.0.0"]), create(Some("1.0.0"))).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "release 1.0.0 of Httpd exists already; choose another version"
        );
    }

    #[test]
    fn without_a_version_the_highest_is_raised() {
        let created = decide(&given(&["1.0.9", "1.0.10"]), create(None)).unwrap();
        assert_eq!(version_of(&created).as_str(), "1.0.11");
        assert_eq!(
            version_of(&decide(&given(&[]), create(None)).unwrap()).as_str(),
            "1.0.0"
        );
    }

    #[test]
    fn a_version_that_no_label_could_hold_is_refused() {
        for version in ["", "one two", "-1", "../1"] {
            assert!(
                matches!(
                    decide(&given(&[]), create(Some(version))),
                    Err(CreateRefusal::Version(_))
                ),
                "{version}"
            );
        }
    }

    #[test]
    fn a_phase_opens_when_the_phases_before_have_succeeded() {
        let releases = given(&["1.0.1"]);
        let refusal = releases.all()[0]
            .may_enter(&application(), &"Production".into())
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "release 1.0.1 cannot be deployed to Production: phase Development has not succeeded \
             (missing: Development); deploy it there first"
        );
        let releases = evolve(releases, &succeeded("1.0.1", "Development"));
        assert_eq!(
            releases.all()[0].may_enter(&application(), &"Production".into()),
            Ok("Production".into())
        );
    }

    #[test]
    fn an_environment_outside_the_lifecycle_is_refused_with_the_phases_there_are() {
        let refusal = given(&["1.0.0"]).all()[0]
            .may_enter(&application(), &"Admin".into())
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "lifecycle Application does not lead to Admin; its phases are Development (Development), \
             Production (Production)"
        );
    }

    #[test]
    fn promotion_leads_to_the_first_environment_without_success() {
        let releases = evolve(given(&["1.0.0"]), &succeeded("1.0.0", "Development"));
        assert_eq!(
            releases.all()[0].promotion(&application()),
            Ok("Production".into())
        );
        let releases = evolve(releases, &succeeded("1.0.0", "Production"));
        let refusal = releases.all()[0].promotion(&application()).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "release 1.0.0 has succeeded in every phase of lifecycle Application; `shipslog deploy --to` deploys it again"
        );
    }

    #[test]
    fn a_release_that_succeeded_nowhere_is_not_promoted() {
        let refusal = given(&["1.0.1"]).all()[0].promotion(&application()).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "release 1.0.1 cannot be promoted: phase Development has not succeeded; deploy it there first"
        );
    }
}
