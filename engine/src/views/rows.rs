//! From an event to rows: each view's row is the fold of one aggregate, with the envelope's who and when.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shipslog_events::event::Event;
use shipslog_events::event::configuration::{ConfigurationEvent, Kind};
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::release::ReleaseEvent;
use shipslog_events::ids::{DeploymentId, EventId, KeyId};
use shipslog_events::stream::{LaneKey, Stream};
use shipslog_events::{Actor, Recorded};

use crate::domain::access::{self, Key};
use crate::domain::configuration::Entry;
use crate::domain::deployment::{self, Deployment};
use crate::domain::lane::{self, Lane};
use crate::domain::release::{self, Release};

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
    /// The event whose body `snapshot` holds what it froze.
    pub event: EventId,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
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
    /// When.
    pub requested_at: Timestamp,
    /// By whom.
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

/// A row to write: it replaces the one before with the same view and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) view: &'static str,
    pub(super) key: String,
    pub(super) number: u64,
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
    fn value(&self, view: &str, key: &str) -> Result<Option<String>, super::Error>;
    /// The number that a row is listed by, which it keeps.
    fn number(&self, view: &str, key: &str) -> Result<Option<u64>, super::Error>;
}

fn read<T: DeserializeOwned>(
    current: &dyn Current,
    view: &str,
    key: &str,
) -> Result<Option<T>, super::Error> {
    match current.value(view, key)? {
        Some(text) => Ok(Some(serde_json::from_str(&text)?)),
        None => Ok(None),
    }
}

/// The row that an event makes, and what the event is about.
pub(super) fn rows(current: &dyn Current, recorded: &Recorded) -> Result<(Option<Row>, Tags), super::Error> {
    match &recorded.event {
        Event::Configuration(event) => document(recorded, event),
        Event::Release(event) => release_row(current, recorded, event),
        Event::Deployment(event) => deployment_row(current, recorded, event),
        Event::Lane(event) => lane_row(current, recorded, event),
        Event::Access(event) => {
            let id = access::key_of(event).clone();
            let before: Option<KeyView> = read(current, "key", id.as_str())?;
            let created_at = before.as_ref().map_or(recorded.recorded_at, |it| it.created_at);
            let after = access::evolve_one(before.map(|it| it.key), event);
            let row = after.map(|key| {
                let (text, open) = (id.to_string(), !key.revoked);
                row(
                    "key",
                    text,
                    recorded.position.0,
                    Tags::default(),
                    open,
                    &KeyView { id, key, created_at },
                )
            });
            Ok((row.transpose()?, Tags::default()))
        }
    }
}

fn row(
    view: &'static str,
    key: String,
    number: u64,
    tags: Tags,
    open: bool,
    value: &impl Serialize,
) -> Result<Row, super::Error> {
    Ok(Row {
        view,
        key,
        number,
        tags,
        open,
        value: serde_json::to_string(value)?,
    })
}

fn document(recorded: &Recorded, event: &ConfigurationEvent) -> Result<(Option<Row>, Tags), super::Error> {
    let ConfigurationEvent::DocumentApplied {
        name,
        slug,
        revision,
        facts,
    } = event;
    let kind = facts.kind();
    let tags = Tags {
        project: (kind == Kind::Project).then(|| name.clone()),
        environment: (kind == Kind::Environment).then(|| name.clone()),
        ..Tags::default()
    };
    let view = DocumentView {
        kind,
        name: name.clone(),
        entry: Entry {
            slug: slug.clone(),
            revision: *revision,
            facts: facts.clone(),
        },
        event: recorded.id,
        changed_at: recorded.recorded_at,
        changed_by: recorded.actor.clone(),
    };
    let row = row(
        "document",
        format!("{kind}/{name}"),
        kind as u64,
        tags.clone(),
        true,
        &view,
    )?;
    Ok((Some(row), tags))
}

fn release_row(
    current: &dyn Current,
    recorded: &Recorded,
    event: &ReleaseEvent,
) -> Result<(Option<Row>, Tags), super::Error> {
    let (project, environment, deployment) = match event {
        ReleaseEvent::ReleaseCreated { project, .. } => (project, None, None),
        ReleaseEvent::PhaseEntered {
            project,
            environment,
            deployment,
            ..
        }
        | ReleaseEvent::PhaseSucceeded {
            project,
            environment,
            deployment,
            ..
        } => (project, Some(environment.to_string()), Some(deployment.0)),
    };
    let version = release::version_of(event);
    let key = format!("{project}/{version}");
    let before: Option<ReleaseView> = read(current, "release", &key)?;
    let made = before
        .as_ref()
        .map(|it| (it.event, it.created_at, it.created_by.clone()));
    let (event_id, created_at, created_by) =
        made.unwrap_or_else(|| (recorded.id, recorded.recorded_at, recorded.actor.clone()));
    let after = release::evolve_one(before.map(|it| it.release), event);
    let tags = Tags {
        project: Some(project.to_string()),
        environment,
        release: Some(version.to_string()),
        deployment,
    };
    let row_tags = Tags {
        environment: None,
        deployment: None,
        ..tags.clone()
    };
    // Listed in the order of their creation.
    let number = current.number("release", &key)?.unwrap_or(recorded.position.0);
    let row = after.map(|release| {
        let view = ReleaseView {
            release,
            event: event_id,
            created_at,
            created_by,
        };
        row("release", key, number, row_tags, true, &view)
    });
    Ok((row.transpose()?, tags))
}

fn deployment_row(
    current: &dyn Current,
    recorded: &Recorded,
    event: &DeploymentEvent,
) -> Result<(Option<Row>, Tags), super::Error> {
    let Stream::Deployment(id) = recorded.stream else {
        return Ok((None, Tags::default()));
    };
    let before: Option<DeploymentView> = read(current, "deployment", &id.0.to_string())?;
    let mut view = match before {
        Some(view) => view,
        None => match deployment::evolve(None, event) {
            Some(deployment) => DeploymentView {
                deployment,
                event: recorded.id,
                requested_at: recorded.recorded_at,
                requested_by: recorded.actor.clone(),
                ended_at: None,
                ended_by: None,
            },
            None => {
                return Ok((
                    None,
                    Tags {
                        deployment: Some(id.0),
                        ..Tags::default()
                    },
                ));
            }
        },
    };
    if recorded.id != view.event
        && let Some(after) = deployment::evolve(Some(view.deployment.clone()), event)
    {
        view.deployment = after;
    }
    if matches!(event, DeploymentEvent::DeploymentEnded { .. }) {
        view.ended_at = Some(recorded.recorded_at);
        view.ended_by = Some(recorded.id);
    }
    let tags = of_deployment(&view.deployment);
    let open = view.deployment.is_open();
    Ok((
        Some(row(
            "deployment",
            id.0.to_string(),
            id.0,
            tags.clone(),
            open,
            &view,
        )?),
        tags,
    ))
}

fn of_deployment(deployment: &Deployment) -> Tags {
    Tags {
        project: Some(deployment.project.to_string()),
        environment: Some(deployment.environment.to_string()),
        release: Some(deployment.release.to_string()),
        deployment: Some(deployment.id.0),
    }
}

fn lane_row(
    current: &dyn Current,
    recorded: &Recorded,
    event: &LaneEvent,
) -> Result<(Option<Row>, Tags), super::Error> {
    let Stream::Lane(key) = &recorded.stream else {
        return Ok((None, Tags::default()));
    };
    let before: Option<LaneView> = read(current, "lane", key.as_str())?;
    let lane = lane::evolve(before.map(|it| it.lane).unwrap_or_default(), event);
    let deployment = deployment_of(event);
    let view: Option<DeploymentView> = read(current, "deployment", &deployment.0.to_string())?;
    let tags = view.map_or_else(Tags::default, |it| of_deployment(&it.deployment));
    let tags = Tags {
        deployment: Some(deployment.0),
        ..tags
    };
    let open = lane.holder.is_some() || !lane.waiting.is_empty();
    let view = LaneView {
        key: key.clone(),
        lane,
    };
    let row_tags = Tags {
        deployment: None,
        release: None,
        ..tags.clone()
    };
    Ok((
        Some(row("lane", key.to_string(), 0, row_tags, open, &view)?),
        tags,
    ))
}

fn deployment_of(event: &LaneEvent) -> DeploymentId {
    match event {
        LaneEvent::TurnRequested { deployment }
        | LaneEvent::TurnTaken { deployment }
        | LaneEvent::TurnEnded { deployment, .. }
        | LaneEvent::ObjectIntended { deployment, .. }
        | LaneEvent::ObjectRemoved { deployment, .. } => *deployment,
    }
}
