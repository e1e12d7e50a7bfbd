//! From an event to rows: each view's row is the fold of one aggregate, with the envelope's who and when.

mod access;
mod configuration;
mod deployment;
mod lane;
mod object;
mod progress;
mod release;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shipslog_domain::access::Key;
use shipslog_domain::configuration::Entry;
use shipslog_domain::deployment::Deployment;
use shipslog_domain::lane::Lane;
use shipslog_domain::progress::Progress;
use shipslog_domain::release::Release;
use shipslog_events::event::Event;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{EventId, KeyId};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Actor, Recorded};

use super::Error;

/// A document as of its latest revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What decisions read of it.
    pub entry: Entry,
    /// The event whose body `document` holds it.
    pub event: EventId,
    /// When it was applied.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: Actor,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseView {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// How far it has come.
    pub progress: Progress,
    /// The event whose body `snapshot` holds what it froze.
    pub event: EventId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: Actor,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentView {
    /// The deployment.
    #[serde(flatten)]
    pub deployment: Deployment,
    /// The event that requested it.
    pub event: EventId,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// Who requested it.
    pub requested_by: Actor,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The event that ended it: its body `message` says why.
    pub ended_by: Option<EventId>,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneView {
    /// Its key.
    pub key: LaneKey,
    /// The lane.
    #[serde(flatten)]
    pub lane: Lane,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its public id.
    pub id: KeyId,
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the rows of a view hold.
pub(super) trait View: Serialize + DeserializeOwned {
    /// What tells them from the rows of others.
    const NAME: &'static str;
}

/// A row to write: it replaces the one before with the same view and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) view: &'static str,
    pub(super) key: String,
    pub(super) number: u64,
    /// The kind of a document; nothing in other views.
    pub(super) kind: Option<String>,
    pub(super) tags: Tags,
    pub(super) open: bool,
    pub(super) value: String,
}

/// What an event or a row is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tags {
    pub(super) project: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) release: Option<String>,
    pub(super) deployment: Option<u64>,
}

/// The current rows, as the fold needs them.
pub(super) trait Current {
    fn value(&self, view: &str, key: &str) -> Result<Option<String>, Error>;
    /// The number that a row is listed by, which it keeps.
    fn number(&self, view: &str, key: &str) -> Result<Option<u64>, Error>;
}

fn read<T: View>(current: &dyn Current, key: &str) -> Result<Option<T>, Error> {
    match current.value(T::NAME, key)? {
        Some(text) => Ok(Some(serde_json::from_str(&text)?)),
        None => Ok(None),
    }
}

/// What an event does to the views: the row that it writes, if any, and what it is about.
pub(super) type Effect = (Option<Row>, Tags);

pub(super) fn rows(current: &dyn Current, recorded: &Recorded) -> Result<Effect, Error> {
    match &recorded.event {
        Event::Access(event) => access::row(current, recorded, event),
        Event::Configuration(event) => configuration::row(recorded, event),
        Event::Deployment(event) => deployment::row(current, recorded, event),
        Event::Lane(event) => lane::row(current, recorded, event),
        Event::Object(event) => object::row(current, event),
        Event::Progress(event) => progress::row(current, event),
        Event::Release(event) => release::row(recorded, event),
    }
}

impl Row {
    fn new<T: View>(key: String, number: u64, value: &T) -> Result<Self, Error> {
        Ok(Self {
            view: T::NAME,
            key,
            number,
            kind: None,
            tags: Tags::default(),
            open: true,
            value: serde_json::to_string(value)?,
        })
    }
}

impl Tags {
    fn of(deployment: &Deployment) -> Self {
        Self {
            project: Some(deployment.project.to_string()),
            environment: Some(deployment.environment.to_string()),
            release: Some(deployment.release.to_string()),
            deployment: Some(deployment.id.0),
        }
    }
}
