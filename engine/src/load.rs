//! Loading: folds streams of the log into what the domain decides on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;
use shipslog_domain::deployment::{self, Deployment};
use shipslog_domain::lane::{self, Lane};
use shipslog_domain::objects::{self, ObjectKey, Objects};
use shipslog_domain::progress::{self, Progress};
use shipslog_domain::release::{self, Release, Releases};
use shipslog_domain::slug::slug;
use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::event::object::{ObjectDigest, ObjectEvent};
use shipslog_events::event::release::SNAPSHOT;
use shipslog_events::ids::{DeploymentId, EventId, ProjectName, ReleaseVersion, StreamVersion};
use shipslog_events::stream::{LaneKey, Stream};
use shipslog_log::{EventReader, ReadError};

/// What was read, and the version that a decision on it counts on.
#[derive(Debug, Clone)]
pub(crate) struct Loaded<T> {
    pub(crate) state: T,
    pub(crate) version: StreamVersion,
}

async fn fold<T>(
    log: &dyn EventReader,
    stream: Stream,
    initial: T,
    evolve: impl Fn(T, &Recorded) -> T,
) -> Result<Loaded<T>, ReadError> {
    let events = log.stream(stream, StreamVersion::NONE).await?;
    let version = events.last().map_or(StreamVersion::NONE, |it| it.version);
    Ok(Loaded {
        state: events.iter().fold(initial, evolve),
        version,
    })
}

/// What was loaded last. It is only a beginning: whoever takes it reads what was added since.
pub(crate) struct Latest<T>(Mutex<Arc<Loaded<T>>>);

impl<T: Default> Default for Latest<T> {
    fn default() -> Self {
        Self(Mutex::new(Arc::new(Loaded {
            state: T::default(),
            version: StreamVersion::NONE,
        })))
    }
}

impl<T> Latest<T> {
    pub(crate) fn get(&self) -> Arc<Loaded<T>> {
        Arc::clone(&self.0.lock())
    }

    pub(crate) fn put(&self, state: T, version: StreamVersion) -> Arc<Loaded<T>> {
        let loaded = Arc::new(Loaded { state, version });
        *self.0.lock() = Arc::clone(&loaded);
        loaded
    }
}

pub(crate) async fn lane(log: &dyn EventReader, key: &LaneKey) -> Result<Loaded<Lane>, ReadError> {
    fold(
        log,
        Stream::Lane(key.clone()),
        Lane::default(),
        |lane, recorded| match &recorded.event {
            Event::Lane(event) => lane::evolve(lane, event),
            _ => lane,
        },
    )
    .await
}

/// A project's releases, with the events that created them: their bodies hold what was frozen.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReleaseHistory {
    pub(crate) releases: Releases,
    pub(crate) created: BTreeMap<ReleaseVersion, EventId>,
}

pub(crate) async fn releases(log: &dyn EventReader, slug: &str) -> Result<Loaded<ReleaseHistory>, ReadError> {
    let stream = Stream::Releases(slug.to_owned());
    fold(log, stream, ReleaseHistory::default(), |mut history, recorded| {
        if let Event::Release(event) = &recorded.event {
            history
                .created
                .entry(release::version_of(event).clone())
                .or_insert(recorded.id);
            history.releases = release::evolve(history.releases, event);
        }
        history
    })
    .await
}

/// A release, and what it froze besides its facts, where that was not erased.
pub(crate) async fn released(
    log: &dyn EventReader,
    project: &ProjectName,
    version: &ReleaseVersion,
) -> Result<Option<(Release, Option<Value>)>, ReadError> {
    let history = releases(log, &slug(project.as_str())).await?.state;
    let (Some(release), Some(event)) = (history.releases.find(version), history.created.get(version)) else {
        return Ok(None);
    };
    let snapshot = json_body(log, *event, SNAPSHOT).await?;
    Ok(Some((release.clone(), snapshot)))
}

/// How far a release has come, with the first event that tells of it: what follows from all of them together is named
/// after that.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProgressHistory {
    pub(crate) progress: Progress,
    pub(crate) first: Option<EventId>,
}

pub(crate) async fn progress(
    log: &dyn EventReader,
    stream: Stream,
) -> Result<Loaded<ProgressHistory>, ReadError> {
    fold(
        log,
        stream,
        ProgressHistory::default(),
        |mut history, recorded| {
            if let Event::Progress(event) = &recorded.event {
                history.first = history.first.or(Some(recorded.id));
                history.progress = progress::evolve(history.progress, event);
            }
            history
        },
    )
    .await
}

/// What a lane has in clusters, with what lies beside the facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObjectsHistory {
    pub(crate) objects: Objects,
    /// What was sent last, and the event that has it as a body.
    sent: BTreeMap<ObjectKey, (ObjectDigest, EventId)>,
    seen: BTreeMap<ObjectKey, Timestamp>,
}

impl ObjectsHistory {
    /// Takes the next event as it was read.
    pub(crate) fn take(&mut self, recorded: &Recorded) {
        if let Event::Object(event) = &recorded.event {
            let has_body = !recorded.bodies.is_empty();
            self.tell(recorded.id, recorded.recorded_at, event, has_body);
        }
    }

    /// Takes the next event, which has bodies or not.
    pub(crate) fn tell(&mut self, id: EventId, at: Timestamp, event: &ObjectEvent, has_body: bool) {
        self.objects = objects::evolve(std::mem::take(&mut self.objects), event);
        match event {
            ObjectEvent::ObjectWritten {
                call,
                sent,
                sent_with,
                ..
            } => {
                let key = ObjectKey::from(call);
                self.seen.insert(key.clone(), at);
                match sent_with.or(has_body.then_some(id)) {
                    Some(event) => self.sent.insert(key, (*sent, event)),
                    // It was too large to be kept.
                    None => self.sent.remove(&key),
                };
            }
            ObjectEvent::ObjectRemoved { call, .. } => {
                let key = ObjectKey::from(call);
                if self.objects.find(&key).is_none() {
                    self.seen.remove(&key);
                    self.sent.remove(&key);
                }
            }
            ObjectEvent::ClusterRecognised { .. }
            | ObjectEvent::ObjectIntended { .. }
            | ObjectEvent::ObjectDeleted { .. }
            | ObjectEvent::ObjectRefused { .. }
            | ObjectEvent::DriftTakenBack { .. } => {}
        }
    }

    /// The event with what was sent last for this object, if that was the same.
    pub(crate) fn sent_with(&self, key: &ObjectKey, sent: ObjectDigest) -> Option<EventId> {
        let (last, event) = self.sent.get(key)?;
        (*last == sent).then_some(*event)
    }

    /// When it was written last.
    pub(crate) fn seen(&self, key: &ObjectKey) -> Option<Timestamp> {
        self.seen.get(key).copied()
    }
}

pub(crate) async fn objects(
    log: &dyn EventReader,
    lane: &LaneKey,
) -> Result<Loaded<ObjectsHistory>, ReadError> {
    let stream = Stream::Objects(lane.clone());
    fold(log, stream, ObjectsHistory::default(), |mut history, recorded| {
        history.take(recorded);
        history
    })
    .await
}

/// A deployment with its events.
#[derive(Debug, Clone)]
pub(crate) struct DeploymentHistory {
    pub(crate) deployment: Deployment,
    pub(crate) events: Vec<Recorded>,
}

impl DeploymentHistory {
    /// The event that requested it: the cause of all that the driver does for it.
    pub(crate) fn request(&self) -> EventId {
        self.events[0].id
    }
}

pub(crate) async fn deployment(
    log: &dyn EventReader,
    id: DeploymentId,
) -> Result<Option<Loaded<DeploymentHistory>>, ReadError> {
    let events = log.stream(Stream::Deployment(id), StreamVersion::NONE).await?;
    let version = events.last().map_or(StreamVersion::NONE, |it| it.version);
    let deployment = events
        .iter()
        .fold(None, |deployment, recorded| match &recorded.event {
            Event::Deployment(event) => deployment::evolve(deployment, event),
            _ => deployment,
        });
    Ok(deployment.map(|deployment| Loaded {
        state: DeploymentHistory { deployment, events },
        version,
    }))
}

/// A body that holds JSON; nothing where it was erased.
pub(crate) async fn json_body(
    log: &dyn EventReader,
    event: EventId,
    name: &str,
) -> Result<Option<Value>, ReadError> {
    let Some(bytes) = log.body(event, name).await? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| ReadError::Damaged(format!("body {name} of event {event} is no JSON: {error}")))
}

#[cfg(test)]
mod tests;
