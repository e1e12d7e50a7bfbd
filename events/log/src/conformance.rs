//! What every store of the log must do, as tests that any of them runs.
//!
//! Each rule is a function whose name says it; each gets a log of its own.

mod answering;
mod appending;
mod beside;
mod journaling;
mod packing;
mod reading;
mod repeating;

use shipslog_events::envelope::{Actor, Context, NewBody, NewEvent, Recorded, Source};
use shipslog_events::event::Event;
use shipslog_events::event::access::AccessEvent;
use shipslog_events::ids::{DeploymentId, EventId, Position, StreamVersion};
use shipslog_events::stream::Stream;
use uuid::Uuid;

use crate::event_log::{Append, AppendError, Appended, EventLog, Expected, StreamAppend};
use crate::journal_store::JournalStore;
use crate::task_log::TaskLog;

/// A store of the log, whatever keeps it.
pub trait AnyStore: EventLog + JournalStore + TaskLog {}

impl<S: EventLog + JournalStore + TaskLog> AnyStore for S {}

/// Runs every rule on a new log from `make`. Panics at the first one that is broken.
pub async fn all<L: AnyStore>(make: impl Fn() -> L) {
    appending::all(&make).await;
    repeating::all(&make).await;
    answering::all(&make).await;
    reading::all(&make).await;
    beside::all(&make).await;
    journaling::all(&make).await;
    packing::all(&make).await;
}

/// Runs rules one by one, each on a new log.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        /// Runs every rule of this file.
        pub(super) async fn all<L: super::AnyStore>(make: &impl Fn() -> L) {
            $(
                tracing::debug!(rule = stringify!($rule));
                $rule(&make()).await;
            )*
        }
    };
}
use rules;

/// A context that uses every field.
fn context() -> Context {
    Context {
        actor: Actor::Key("ci".into()),
        source: Source {
            key: Some("k_1".into()),
            address: Some("192.0.2.1".into()),
        },
        correlation: Uuid::from_u128(11),
        causation: Some(EventId(Uuid::from_u128(12))),
    }
}

/// The id that `number` stands for in a test.
fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// The stream that `number` stands for in a test.
fn stream(number: u64) -> Stream {
    Stream::Deployment(DeploymentId(number))
}

/// Some fact.
fn fact(text: &str) -> Event {
    AccessEvent::KeyRevoked { key: text.into() }.into()
}

/// An event without bodies whose fact follows from its id.
fn event(number: u128) -> NewEvent {
    NewEvent {
        id: id(number),
        event: fact(&number.to_string()),
        bodies: vec![],
    }
}

fn body(name: &str, text: &str) -> NewBody {
    NewBody {
        name: name.into(),
        bytes: text.into(),
    }
}

fn to(stream: Stream, expected: Expected, events: Vec<NewEvent>) -> StreamAppend {
    StreamAppend {
        stream,
        expected,
        events,
    }
}

/// What must be true for a stream that has `version` events.
fn at(version: u64) -> Expected {
    Expected::Version(StreamVersion(version))
}

fn append(streams: Vec<StreamAppend>) -> Append {
    Append::new(context(), streams)
}

/// One event for one stream.
fn one(to_stream: u64, expected: Expected, number: u128) -> Append {
    append(vec![to(stream(to_stream), expected, vec![event(number)])])
}

async fn accepted(log: &impl AnyStore, append: Append) -> Appended {
    log.append(append)
        .await
        .expect("nothing stands against the append")
}

async fn refused(log: &impl AnyStore, append: Append) -> AppendError {
    log.append(append).await.expect_err("the append breaks a rule")
}

/// The whole log.
async fn everything(log: &impl AnyStore) -> Vec<Recorded> {
    log.read(Position::START, usize::MAX)
        .await
        .expect("the log can be read")
}

/// The facts of a stream, by their texts.
async fn ids(log: &impl AnyStore, of: u64) -> Vec<EventId> {
    let events = log
        .stream(stream(of), StreamVersion::NONE)
        .await
        .expect("the stream can be read");
    events.into_iter().map(|it| it.id).collect()
}
