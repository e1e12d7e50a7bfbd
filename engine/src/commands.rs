//! What people can ask of Shipslog: each command loads, lets the domain decide, appends, and answers with the position.

mod answered;
mod apply;
mod components;
mod deployments;
mod images;
mod keys;
mod releases;
mod seal;

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shipslog_domain::NOT_FOUND;
use shipslog_domain::schema::Problem;
use shipslog_events::envelope::REASON;
use shipslog_events::event::Event;
use shipslog_events::event::access::AccessRole;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, EventId, FeedName, KeyId, PackageName, Position, ProjectName,
    ReleaseVersion,
};
use shipslog_events::{Actor, Context, NewBody, NewEvent, Source, Stream};
use shipslog_log::{Append, EventLog, Expected, ReadError, StreamAppend};
use uuid::Uuid;

pub use answered::Once;
pub use components::KeptComponent;
pub(crate) use keys::FIRST_KEY_FILE;

use crate::accesses::Accesses;
use crate::configurations::Configurations;
use crate::secrets::{self, Secrets};
use crate::steps::Steps;
use crate::transaction::NotAppended;

/// What people can ask. The driver does the rest.
pub struct Commands {
    log: Arc<dyn EventLog>,
    configurations: Arc<Configurations>,
    accesses: Accesses,
    secrets: Arc<Secrets>,
    steps: Arc<Steps>,
}

impl Commands {
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        configurations: Arc<Configurations>,
        secrets: Arc<Secrets>,
        steps: Arc<Steps>,
    ) -> Self {
        Self {
            accesses: Accesses::new(Arc::clone(&log) as _),
            log,
            configurations,
            secrets,
            steps,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who acts.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// One request and all that follows from it.
    pub correlation: Uuid,
    /// Why, as they say it.
    pub reason: Option<String>,
    /// By what it is recognised when they ask again.
    pub once: Option<Once>,
}

/// Who a key belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The key's public id.
    pub key: KeyId,
    /// The actor's name.
    pub name: String,
    /// What it may do.
    pub access_role: AccessRole,
}

/// A key just made: the only time it is shown.
#[derive(Debug)]
pub struct NewKey {
    /// Its public id.
    pub id: KeyId,
    /// The key itself.
    pub key: SecretString,
    /// Where it stands in the log.
    pub position: Position,
}

/// What an apply did, or would do, to one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentChange {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// How it differs from what was.
    pub change: ChangeKind,
    /// A unified diff of the YAML-like text; empty where nothing changes. Secrets are never in it. It is not kept to be
    /// answered again: what it shows may be erased.
    #[serde(skip)]
    pub diff: String,
}

/// How a document differs from what was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there.
    Created,
    /// It was there, with other contents.
    Changed,
    /// It was so already.
    Unchanged,
}

/// What an apply did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Every document that was sent.
    pub changes: Vec<DocumentChange>,
    /// The log's position with it; where it stood, if nothing changed or nothing was to be kept.
    pub position: Position,
}

/// What to freeze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRelease {
    /// The project that it is a release of.
    pub project: ProjectName,
    /// By default the one after the highest.
    pub version: Option<ReleaseVersion>,
    /// Chosen tags; packages without one get the newest.
    pub packages: BTreeMap<PackageName, String>,
}

/// A release that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedRelease {
    /// Its version.
    pub version: ReleaseVersion,
    /// By package, tags that read as newer than the one chosen and are of another kind.
    pub passed_over: BTreeMap<PackageName, Vec<String>>,
    /// Where it stands in the log.
    pub position: Position,
}

/// Where a release is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To these environments.
    Environments(Vec<EnvironmentName>),
    /// To the next environment where it has not succeeded and is not on its way.
    NextEnvironment,
    /// To all environments of the next phase where it has not succeeded and is not on its way.
    NextPhase,
}

/// What was accepted, all of it in one append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// One for each environment.
    pub deployments: Vec<AcceptedDeployment>,
    /// Where they stand in the log.
    pub position: Position,
}

/// A deployment that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedDeployment {
    /// Its number.
    pub deployment: DeploymentId,
    /// Where to.
    pub environment: EnvironmentName,
}

/// Why a command was not carried out. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no; the sentence says what to do.
    #[error("{sentence}")]
    Refused {
        /// A stable word, such as `phase-not-succeeded`.
        code: &'static str,
        /// For people.
        sentence: String,
    },
    /// The input is wrong in these places.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
    /// What the command is about does not exist.
    #[error("{0}")]
    NotFound(String),
    /// Something outside did not answer as it should, such as a feed.
    #[error("{0}")]
    Outside(String),
    /// Our own failure.
    #[error("the server could not do it: {0}")]
    Internal(String),
}

impl Error {
    fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// As the rules have it.
    fn refused(code: &'static str, sentence: impl std::fmt::Display) -> Self {
        let sentence = sentence.to_string();
        match code {
            NOT_FOUND => Self::NotFound(sentence),
            code => Self::Refused { code, sentence },
        }
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::internal(error)
    }
}

impl From<NotAppended> for Error {
    fn from(error: NotAppended) -> Self {
        match error {
            NotAppended::Busy => Self::refused("busy", error),
            NotAppended::Log(_) => Self::internal(error),
        }
    }
}

impl From<secrets::Error> for Error {
    fn from(error: secrets::Error) -> Self {
        Self::internal(error)
    }
}

impl By {
    /// What a command appends: its first event says why, and so does the first of each deployment.
    fn append(&self, mut streams: Vec<StreamAppend>) -> Append {
        if let Some(reason) = &self.reason {
            let says = |(at, it): &(usize, &mut StreamAppend)| {
                *at == 0 || matches!(it.stream, Stream::Deployment(_))
            };
            for (_, it) in streams.iter_mut().enumerate().filter(says) {
                it.events[0].bodies.push(NewBody {
                    name: REASON.to_owned(),
                    bytes: reason.as_bytes().to_vec(),
                });
            }
        }
        Append::new(self.context(), streams)
    }

    fn context(&self) -> Context {
        Context {
            actor: self.actor.clone(),
            source: self.source.clone(),
            correlation: self.correlation,
            causation: None,
        }
    }
}

/// An event of a person's command.
fn new_event(event: impl Into<Event>, bodies: Vec<NewBody>) -> NewEvent {
    NewEvent {
        id: EventId(Uuid::now_v7()),
        event: event.into(),
        bodies,
    }
}

/// Events without bodies, for one stream.
fn stream(
    stream: Stream,
    expected: Expected,
    events: impl IntoIterator<Item = impl Into<Event>>,
) -> StreamAppend {
    let events = events.into_iter().map(|it| new_event(it, Vec::new())).collect();
    StreamAppend {
        stream,
        expected,
        events,
    }
}

/// A feed whose images can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageQuery {
    /// The feed.
    pub feed: FeedName,
    /// The image within it.
    pub image: String,
}

#[cfg(test)]
mod tests;
