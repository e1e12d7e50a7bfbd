//! Step components that a server keeps: which releases need one, and whether it may let go of it.

use shipslog_events::ids::{ComponentDigest, ProjectName, ReleaseVersion};

use crate::release::Release;

/// How a component is offered to processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered<'a> {
    /// What `uses` says to mean it.
    pub reference: &'a str,
    /// Whether the server brings it along.
    pub built_in: bool,
}

/// Why a component is not let go of. Users read the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeleteRefusal {
    /// Processes may name it.
    #[error("the component is offered as {reference}; {}", way(*.built_in))]
    Offered {
        /// What `uses` says to mean it.
        reference: String,
        /// Whether the server brings it along.
        built_in: bool,
    },
    /// Without it a release could not be deployed any more.
    #[error("release {version} of project {project} needs the component, and can be deployed only with it")]
    Needed {
        /// Whose release.
        project: ProjectName,
        /// Which one.
        version: ReleaseVersion,
    },
}

impl DeleteRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "component-offered",
            Self::Needed { .. } => "component-needed",
        }
    }
}

fn way(built_in: bool) -> &'static str {
    if built_in {
        "it is built in"
    } else {
        "take its file away and restart the server first"
    }
}

/// The releases that froze a component.
pub fn needing<'a>(
    digest: &'a ComponentDigest,
    releases: impl IntoIterator<Item = &'a Release>,
) -> impl Iterator<Item = &'a Release> {
    releases
        .into_iter()
        .filter(move |it| it.steps().any(|step| step.component == *digest))
}

/// Whether a component may be let go of: not as long as it is offered, or a release froze it. A release that is made
/// meanwhile freezes only what is offered.
pub fn may_delete<'a>(
    digest: &'a ComponentDigest,
    offered: Option<Offered<'_>>,
    releases: impl IntoIterator<Item = &'a Release>,
) -> Result<(), DeleteRefusal> {
    if let Some(Offered { reference, built_in }) = offered {
        return Err(DeleteRefusal::Offered {
            reference: reference.to_owned(),
            built_in,
        });
    }
    match needing(digest, releases).next() {
        None => Ok(()),
        Some(release) => Err(DeleteRefusal::Needed {
            project: release.project.clone(),
            version: release.version.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::event::configuration::ProcessStep;
    use shipslog_events::event::process::Entry;
    use shipslog_events::event::release::FrozenStep;

    use super::*;

    fn release(version: &str, component: &str) -> Release {
        let step = FrozenStep {
            step: ProcessStep {
                name: "Go".into(),
                uses: "tiny@1".into(),
                roles: vec!["Web".into()],
            },
            component: component.into(),
        };
        Release {
            project: "web".into(),
            version: version.into(),
            lifecycle: "Application".into(),
            revision: 1,
            packages: Vec::new(),
            process: vec![Entry::Run(step)],
        }
    }

    #[test]
    fn what_is_offered_stays_and_the_sentence_says_what_to_do() {
        for (built_in, way) in [(true, "it is built in"), (false, "take its file away")] {
            let offered = Some(Offered {
                reference: "tiny@1",
                built_in,
            });
            let refusal = may_delete(&"sha256:00".into(), offered, &[]).unwrap_err();
            assert_eq!(refusal.code(), "component-offered");
            let sentence = refusal.to_string();
            assert!(
                sentence.contains("tiny@1") && sentence.contains(way),
                "{sentence}"
            );
        }
    }

    #[test]
    fn what_a_release_froze_stays_and_the_first_one_is_named() {
        let releases = [
            release("1.0.0", "sha256:other"),
            release("1.0.1", "sha256:00"),
            release("1.0.2", "sha256:00"),
        ];
        let refusal = may_delete(&"sha256:00".into(), None, &releases).unwrap_err();
        assert_eq!(refusal.code(), "component-needed");
        assert!(
            refusal.to_string().starts_with("release 1.0.1 of project web"),
            "{refusal}"
        );
        assert_eq!(may_delete(&"sha256:nobodys".into(), None, &releases), Ok(()));
    }
}
