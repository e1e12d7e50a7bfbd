//! Releases: what they froze, once. How far they have come is their progress.

mod refusal;

use serde::{Deserialize, Serialize};
use shipslog_events::event::process::{self, Entry};
use shipslog_events::event::release::{FrozenPackage, FrozenStep, ReleaseEvent};
use shipslog_events::ids::{LifecycleName, ProjectName, ReleaseVersion};
use shipslog_nearest as nearest;

pub use refusal::{CreateRefusal, UnknownRelease};

/// The releases of one project, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    releases: Vec<Release>,
}

/// A release.
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
    /// Its process, steps with components.
    pub process: Vec<Entry<FrozenStep>>,
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
    /// Its process, steps with components.
    pub process: Vec<Entry<FrozenStep>>,
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
        process: create.process,
    })
}

fn is_version(text: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '+' | '_');
    (1..=63).contains(&text.len())
        && text.chars().all(allowed)
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
}

/// The memory of what was created.
#[must_use]
pub fn evolve(mut releases: Releases, event: &ReleaseEvent) -> Releases {
    releases.releases.push(Release::of(event));
    releases
}

/// Which release an event is about.
pub fn version_of(event: &ReleaseEvent) -> &ReleaseVersion {
    let ReleaseEvent::ReleaseCreated { version, .. } = event;
    version
}

impl Release {
    /// As it was created.
    pub fn of(event: &ReleaseEvent) -> Self {
        let ReleaseEvent::ReleaseCreated {
            project,
            version,
            lifecycle,
            revision,
            packages,
            process,
        } = event;
        Self {
            project: project.clone(),
            version: version.clone(),
            lifecycle: lifecycle.clone(),
            revision: *revision,
            packages: packages.clone(),
            process: process.clone(),
        }
    }
}

impl Release {
    /// What runs, in order.
    pub fn steps(&self) -> impl Iterator<Item = &FrozenStep> + Clone {
        process::runs(&self.process)
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
            process: Vec::new(),
        }
    }

    fn given(versions: &[&str]) -> Releases {
        versions.iter().fold(Releases::default(), |releases, version| {
            let event = decide(&releases, create(Some(version))).unwrap();
            evolve(releases, &event)
        })
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
}
