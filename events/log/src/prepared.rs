//! An append made ready on its caller's thread, so that the one appender only checks, hashes and inserts.

use std::collections::HashSet;
use std::hash::Hash;

use shipslog_events::envelope::{BodyReference, NewBody, NewEvent};
use shipslog_events::event::Event;
use shipslog_events::ids::EventId;
use shipslog_events::stream::Stream;
use shipslog_events::{SealedValue, canonical, upcast};
use uuid::Uuid;

use crate::event_log::{Append, AppendError, Expected, Guard, NewAnswer, StreamAppend};
use crate::prepared_journal::PreparedJournal;
use crate::stored_body::StoredBody;

/// An append as the appender takes it.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) actor: String,
    pub(crate) source_key: Option<String>,
    pub(crate) source_address: Option<String>,
    pub(crate) correlation: Uuid,
    pub(crate) causation: Option<EventId>,
    pub(crate) streams: Vec<PreparedStream>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) sealed: Vec<SealedValue>,
    pub(crate) journal: Option<PreparedJournal>,
    pub(crate) answer: Option<NewAnswer>,
}

/// The events for one stream.
#[derive(Debug)]
pub(crate) struct PreparedStream {
    pub(crate) stream: Stream,
    pub(crate) name: String,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<PreparedEvent>,
}

/// One event, encoded.
#[derive(Debug)]
pub(crate) struct PreparedEvent {
    pub(crate) id: EventId,
    pub(crate) event: Event,
    pub(crate) facts: String,
    pub(crate) bodies: Vec<PreparedBody>,
    /// The column: names and commitments.
    pub(crate) references: String,
}

/// One body, as it came and as it is stored.
#[derive(Debug)]
pub(crate) struct PreparedBody {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) stored: StoredBody,
}

impl Prepared {
    /// Encodes the append, or says what makes it malformed.
    pub(crate) fn new(append: Append) -> Result<Self, AppendError> {
        check(&append).map_err(AppendError::Malformed)?;
        Ok(Self {
            actor: append.context.actor.to_string(),
            source_key: append.context.source.key.map(|it| it.as_str().to_owned()),
            source_address: append.context.source.address,
            correlation: append.context.correlation,
            causation: append.context.causation,
            streams: append.streams.into_iter().map(prepare_stream).collect(),
            guards: append.guards,
            sealed: append.sealed,
            journal: match append.journal {
                Some(journal) => Some(PreparedJournal::new(journal).map_err(AppendError::Malformed)?),
                None => None,
            },
            answer: append.answer,
        })
    }

    /// Its events in the order of their positions.
    pub(crate) fn events(&self) -> impl Iterator<Item = (&PreparedStream, &PreparedEvent)> {
        self.streams
            .iter()
            .flat_map(|stream| stream.events.iter().map(move |event| (stream, event)))
    }
}

/// Mistakes of the caller, which no other state of the log would make right.
fn check(append: &Append) -> Result<(), String> {
    if append.streams.is_empty() {
        return Err("it has no events".into());
    }
    if let Some(empty) = append.streams.iter().find(|it| it.events.is_empty()) {
        return Err(format!("it has no events for stream {}", empty.stream));
    }
    if let Some(stream) = repeated(append.streams.iter().map(|it| &it.stream)) {
        return Err(format!("it names stream {stream} twice"));
    }
    let events = || append.streams.iter().flat_map(|it| &it.events);
    if let Some(id) = repeated(events().map(|it| it.id)) {
        return Err(format!("it uses event id {id} twice"));
    }
    if let Some(name) = events().find_map(|it| repeated(it.bodies.iter().map(|it| &it.name))) {
        return Err(format!("an event has two bodies named `{name}`"));
    }
    if repeated(append.sealed.iter().map(|it| &it.handle)).is_some() {
        return Err("it has two sealed values with one handle".into());
    }
    Ok(())
}

fn repeated<T: Hash + Eq + Copy>(items: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    items.into_iter().find(|item| !seen.insert(*item))
}

fn prepare_stream(append: StreamAppend) -> PreparedStream {
    PreparedStream {
        name: append.stream.to_string(),
        stream: append.stream,
        expected: append.expected,
        events: append.events.into_iter().map(prepare_event).collect(),
    }
}

fn prepare_event(new: NewEvent) -> PreparedEvent {
    let bodies: Vec<_> = new.bodies.into_iter().map(prepare_body).collect();
    PreparedEvent {
        id: new.id,
        facts: upcast::encode(&new.event),
        event: new.event,
        references: references(&bodies),
        bodies,
    }
}

fn prepare_body(body: NewBody) -> PreparedBody {
    let stored = StoredBody::new(&body.bytes);
    PreparedBody {
        name: body.name,
        bytes: body.bytes,
        stored,
    }
}

fn references(bodies: &[PreparedBody]) -> String {
    let references: Vec<_> = bodies
        .iter()
        .map(|body| BodyReference {
            name: body.name.clone(),
            commitment: shipslog_events::body::Commitment::new(&body.stored.salt, &body.bytes),
        })
        .collect();
    canonical::to_string(&references).expect("names and commitments are texts")
}
