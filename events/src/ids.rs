//! Every id and name of the system, one newtype each, made in one place.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it stands; what a name may look like is decided where documents are read.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

name!(
    /// Name of an `Account` document.
    AccountName
);
name!(
    /// Name of a `Certificate` document.
    CertificateName
);
name!(
    /// A cluster, as a lane knows it: made of what it was recognised by first, the same however it is reached.
    ClusterId
);
name!(
    /// `sha256:<hex>` of a step component's bytes.
    ComponentDigest
);
name!(
    /// Name of an `Environment` document.
    EnvironmentName
);
name!(
    /// Name of a `Feed` document.
    FeedName
);
name!(
    /// An opaque, unguessable string that stands for a sealed value.
    Handle
);
name!(
    /// Public id of an API key: safe to show and to keep in events.
    KeyId
);
name!(
    /// Name of a gate within an entry of a process.
    GateName
);
name!(
    /// Name of a `Lifecycle` document.
    LifecycleName
);
name!(
    /// Name of a package within a project.
    PackageName
);
name!(
    /// Name of a phase within a lifecycle.
    PhaseName
);
name!(
    /// Name of a `Project` document.
    ProjectName
);
name!(
    /// Version of a release, unique within its project.
    ReleaseVersion
);
name!(
    /// A target's role, by which a step of a process finds its targets.
    RoleName
);
name!(
    /// Name of a step within a process.
    StepName
);
name!(
    /// Name of a `Target` document.
    TargetName
);

/// Number of a deployment, unique per instance; `deployments-841` in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeploymentId(pub u64);

impl DeploymentId {
    /// The longest number that names leave room for: what holds with it holds for every deployment.
    pub const LONGEST: Self = Self(99_999_999);
}

impl fmt::Display for DeploymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deployments-{}", self.0)
    }
}

/// The text is no deployment's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no deployment; write it as `deployments-841` or `841`")]
pub struct NotADeployment(String);

impl FromStr for DeploymentId {
    type Err = NotADeployment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("deployments-")
            .unwrap_or(text)
            .parse()
            .map(Self)
            .map_err(|_| NotADeployment(text.to_owned()))
    }
}

/// Number of one run of one step on one target, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptNumber(pub u32);

impl AttemptNumber {
    /// The first run.
    pub const FIRST: Self = Self(1);

    /// The run after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for AttemptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One run of one step on one target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId {
    /// The step.
    pub step: StepName,
    /// The target.
    pub target: TargetName,
    /// Which run.
    pub attempt: AttemptNumber,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.step, self.target, self.attempt)
    }
}

/// The text names no run of a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no attempt; write it as `<step>/<target>/<number>`")]
pub struct NotAnAttempt(String);

/// Configuration refuses slashes in the names of steps and targets. Of a text with more of them, what comes before the
/// last two is the step.
impl FromStr for AttemptId {
    type Err = NotAnAttempt;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.rsplitn(3, '/');
        let (number, target, step) = (parts.next(), parts.next(), parts.next());
        match (step, target, number.map(str::parse)) {
            (Some(step), Some(target), Some(Ok(number))) => Ok(Self {
                step: step.into(),
                target: target.into(),
                attempt: AttemptNumber(number),
            }),
            (_, _, _) => Err(NotAnAttempt(text.to_owned())),
        }
    }
}

/// Identity of an event: a v7 UUID from people's commands, a derived v5 one from the driver's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl EventId {
    /// The id of the `ordinal`th event that `cause` leads to under `label`: deciding again after a crash gives the
    /// same id, hence the same append.
    #[must_use]
    pub fn derived(cause: EventId, label: &str, ordinal: usize) -> Self {
        Self(Uuid::new_v5(&cause.0, format!("{label}#{ordinal}").as_bytes()))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Place of an event in the whole log, gapless from 1; 0 means "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of events in a stream; 0 means that the stream does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamVersion(pub u64);

impl StreamVersion {
    /// No event yet.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_reads_back_from_its_text_and_from_its_number() {
        assert_eq!("deployments-841".parse(), Ok(DeploymentId(841)));
        assert_eq!("841".parse(), Ok(DeploymentId(841)));
        assert_eq!(DeploymentId(841).to_string(), "deployments-841");
    }

    #[test]
    fn anything_else_is_refused_with_the_form_to_use() {
        let refused = "release-1".parse::<DeploymentId>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`release-1` is no deployment; write it as `deployments-841` or `841`"
        );
    }

    #[test]
    fn a_run_reads_back_from_its_text_even_if_its_step_has_slashes() {
        let id = AttemptId {
            step: "Deploy/it".into(),
            target: "Here".into(),
            attempt: AttemptNumber(2),
        };
        assert_eq!("Deploy/it/Here/2".parse(), Ok(id));
        for text in ["", "Here/2", "Deploy/Here/", "Deploy/Here/x"] {
            assert!(text.parse::<AttemptId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_decision_made_again_derives_the_same_event_id() {
        let cause = EventId(Uuid::from_u128(7));
        assert_eq!(
            EventId::derived(cause, "ended", 0),
            EventId::derived(cause, "ended", 0)
        );
        assert_ne!(
            EventId::derived(cause, "ended", 0),
            EventId::derived(cause, "ended", 1)
        );
    }
}
