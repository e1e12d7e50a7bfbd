//! Why the rules of releases say no: a type a decision, each with a stable word for programs.

use shipslog_events::ids::{ProjectName, ReleaseVersion};

/// Why a release was not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// The version is taken.
    #[error("release {version} of {project} exists already; choose another version")]
    Exists {
        /// The project that has it.
        project: ProjectName,
        /// The version that is taken.
        version: ReleaseVersion,
    },
    /// The version cannot be read as one.
    #[error("`{0}` cannot be a release's version: use letters, digits, `.`, `-`, `+` and `_`, at most 63")]
    Version(ReleaseVersion),
}

impl CreateRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "release-exists",
            Self::Version(_) => "release-version",
        }
    }
}

/// There is no such release; the sentence names the nearest ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownRelease(pub(super) String);
