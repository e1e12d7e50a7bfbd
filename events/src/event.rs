//! Every fact the log can hold, one file an aggregate.
//!
//! The names of types and fields are a contract: released shapes never change, `upcast` brings old ones up to date. Facts carry all that a decision or a fold reads; whatever may have to be erased is a body beside them.

pub mod access;
pub mod configuration;
pub mod deployment;
pub(crate) mod kinds;
pub mod lane;
pub mod object;
pub mod process;
pub mod progress;
pub mod release;

use serde::{Deserialize, Serialize};

/// An event of any aggregate. `Event::kind` names its type in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// Stream `access`.
    Access(access::AccessEvent),
    /// Stream `configuration`.
    Configuration(configuration::ConfigurationEvent),
    /// Streams `deployment/<n>`.
    Deployment(deployment::DeploymentEvent),
    /// Streams `lane/<key>`.
    Lane(lane::LaneEvent),
    /// Streams `objects/<project>/<environment>`.
    Object(object::ObjectEvent),
    /// Streams `progress/<project>/<version>`.
    Progress(progress::ProgressEvent),
    /// Streams `releases/<project>`.
    Release(release::ReleaseEvent),
}

impl From<access::AccessEvent> for Event {
    fn from(event: access::AccessEvent) -> Self {
        Self::Access(event)
    }
}

impl From<configuration::ConfigurationEvent> for Event {
    fn from(event: configuration::ConfigurationEvent) -> Self {
        Self::Configuration(event)
    }
}

impl From<deployment::DeploymentEvent> for Event {
    fn from(event: deployment::DeploymentEvent) -> Self {
        Self::Deployment(event)
    }
}

impl From<lane::LaneEvent> for Event {
    fn from(event: lane::LaneEvent) -> Self {
        Self::Lane(event)
    }
}

impl From<object::ObjectEvent> for Event {
    fn from(event: object::ObjectEvent) -> Self {
        Self::Object(event)
    }
}

impl From<progress::ProgressEvent> for Event {
    fn from(event: progress::ProgressEvent) -> Self {
        Self::Progress(event)
    }
}

impl From<release::ReleaseEvent> for Event {
    fn from(event: release::ReleaseEvent) -> Self {
        Self::Release(event)
    }
}

#[cfg(test)]
mod tests;
