//! Configuration documents.

use serde::{Deserialize, Serialize};

use crate::event::kinds::kinds;
use crate::event::process::Entry;
use crate::ids::{
    AccountName, CertificateName, EnvironmentName, FeedName, LifecycleName, PackageName, PhaseName,
    ProjectName, RoleName, StepName,
};
use crate::words::words;

/// Name of the body of `document-applied`: the whole document, secrets as handles. JSON.
pub const DOCUMENT: &str = "document";

/// The kinds of configuration documents, in the order in which they can refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A stage that releases go through.
    Environment,
    /// Phases in order.
    Lifecycle,
    /// An image registry.
    Feed,
    /// A cluster's CA.
    Certificate,
    /// Credentials for a cluster.
    Account,
    /// Cluster + account + namespace + roles.
    Target,
    /// A process with its packages and variables.
    Project,
}

words! {
    Kind {
        Environment => "Environment",
        Lifecycle => "Lifecycle",
        Feed => "Feed",
        Certificate => "Certificate",
        Account => "Account",
        Target => "Target",
        Project => "Project",
    }
}

/// A phase: its environments must all have succeeded before the next phase opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name, unique within the lifecycle.
    pub name: PhaseName,
    /// In the order written.
    pub environments: Vec<EnvironmentName>,
}

/// The output of a step that an account's token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputReference {
    /// Whose process has the step.
    pub project: ProjectName,
    /// Where it was deployed.
    pub environment: EnvironmentName,
    /// The step that sets it.
    pub step: StepName,
    /// The output's name.
    pub output: String,
}

/// A step of a process, as far as decisions read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStep {
    /// Its name, unique within the process.
    pub name: StepName,
    /// The component: `deploy-containers@1`.
    pub uses: String,
    /// It runs on every target of the environment that has one of these.
    pub roles: Vec<RoleName>,
}

/// A package of a project: an image whose version is chosen when a release is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name, unique within the project.
    pub name: PackageName,
    /// Where its versions are listed.
    pub feed: FeedName,
    /// The image within the feed.
    pub image: String,
}

/// What decisions read of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum DocumentFacts {
    /// A stage.
    Environment {},
    /// Phases in order.
    Lifecycle {
        /// At least one.
        phases: Vec<Phase>,
    },
    /// A registry.
    Feed {},
    /// A CA.
    Certificate {},
    /// Credentials for a cluster.
    Account {
        /// Where its token comes from, if from a step's output.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_output: Option<OutputReference>,
    },
    /// A permission boundary.
    Target {
        /// Whose credentials it uses.
        account: AccountName,
        /// The cluster's CA.
        certificate: CertificateName,
        /// Nothing for a target that spans the cluster.
        namespace: Option<String>,
        /// Where it belongs.
        environments: Vec<EnvironmentName>,
        /// What it is for.
        roles: Vec<RoleName>,
    },
    /// A process.
    Project {
        /// How its releases progress.
        lifecycle: LifecycleName,
        /// Images that its releases choose versions of.
        packages: Vec<Package>,
        /// Its process, in order.
        process: Vec<Entry<ProcessStep>>,
        /// Whether a deployment takes the place of those that are in line before it.
        supersede: bool,
        /// Environments that variables are scoped to.
        variable_environments: Vec<EnvironmentName>,
    },
}

impl DocumentFacts {
    /// The document's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Environment {} => Kind::Environment,
            Self::Lifecycle { .. } => Kind::Lifecycle,
            Self::Feed {} => Kind::Feed,
            Self::Certificate {} => Kind::Certificate,
            Self::Account { .. } => Kind::Account,
            Self::Target { .. } => Kind::Target,
            Self::Project { .. } => Kind::Project,
        }
    }
}

/// Facts of stream `configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConfigurationEvent {
    /// A document is as its body `document` says from now on.
    ///
    /// Appended for each document that an apply changes, all in one append.
    ///
    /// Read by applies, the creation of releases, requests and promotions, attempts that begin or go on
    /// (accounts and their credentials, and where a cluster is reached), the deletion of components and the
    /// listing of images.
    DocumentApplied {
        /// Unique within its kind.
        name: String,
        /// Unique within its kind too; made from the name.
        slug: String,
        /// Counted from 1.
        revision: u64,
        /// What decisions read.
        facts: DocumentFacts,
    },
}

kinds! {
    ConfigurationEvent {
        DocumentApplied => "document-applied" version 1,
    }
}
