//! Releases of a project: what they froze. How far they have come is their progress.

use serde::{Deserialize, Serialize};

use crate::event::configuration::ProcessStep;
use crate::event::kinds::kinds;
use crate::event::process::Entry;
use crate::ids::{ComponentDigest, FeedName, LifecycleName, PackageName, ProjectName, ReleaseVersion};

/// A package with the version chosen and what it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPackage {
    /// The package's name in the project.
    pub name: PackageName,
    /// Where it was looked up.
    pub feed: FeedName,
    /// The reference that the cluster pulls: `<prefix/>httpd:2.4.71@sha256:…`.
    pub reference: String,
    /// The tag.
    pub version: String,
    /// Digest of the image's index.
    pub digest: String,
}

/// A step with the component that will run, whatever the server embeds later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenStep {
    /// As in the process.
    #[serde(flatten)]
    pub step: ProcessStep,
    /// What `uses` meant.
    pub component: ComponentDigest,
}

/// Name of the body of `release-created`: inputs and variables of the steps as they were. JSON.
pub const SNAPSHOT: &str = "snapshot";

/// Facts of streams `releases/<project>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ReleaseEvent {
    /// Frozen: body `snapshot` holds the steps' inputs and the variables as they were.
    ///
    /// Appended when a release is created, after images, components, inputs and variables were frozen.
    ///
    /// Read by the creation of the next release, requests, promotions, attempts, and the deletion of components.
    ReleaseCreated {
        /// The project that it is a release of.
        project: ProjectName,
        /// Unique within the project.
        version: ReleaseVersion,
        /// How it progresses.
        lifecycle: LifecycleName,
        /// Revision of the project document.
        revision: u64,
        /// Images, with digests.
        packages: Vec<FrozenPackage>,
        /// Its process, steps with components.
        process: Vec<Entry<FrozenStep>>,
    },
}

kinds! {
    ReleaseEvent {
        ReleaseCreated => "release-created" version 1,
    }
}
