//! Appends of the driver. Their ids derive from the cause, so that deciding again after a crash is the same append.

use shipslog_events::event::Event;
use shipslog_events::event::deployment::body::MESSAGE;
use shipslog_events::ids::EventId;
use shipslog_events::{Actor, Context, NewBody, NewEvent, Source, Stream};
use shipslog_log::{Append, Expected, StreamAppend};

use crate::load::DeploymentHistory;

/// Events for one stream; the label tells them from others that the cause leads to.
pub(super) fn stream(
    stream: Stream,
    expected: Expected,
    cause: EventId,
    label: &str,
    events: impl IntoIterator<Item = Event>,
) -> StreamAppend {
    let events = events
        .into_iter()
        .enumerate()
        .map(|(ordinal, event)| NewEvent {
            id: EventId::derived(cause, label, ordinal),
            event,
            bodies: Vec::new(),
        })
        .collect();
    StreamAppend {
        stream,
        expected,
        events,
    }
}

pub(super) fn append(history: &DeploymentHistory, streams: Vec<StreamAppend>) -> Append {
    Append::new(context(history), streams)
}

pub(super) fn context(history: &DeploymentHistory) -> Context {
    Context {
        actor: Actor::Driver,
        source: Source::default(),
        correlation: history.events[0].correlation,
        causation: history.events.last().map(|it| it.id),
    }
}

/// The body for what there is to say, if there is anything.
pub(super) fn message(text: &str) -> Vec<NewBody> {
    match text {
        "" => Vec::new(),
        _ => vec![NewBody {
            name: MESSAGE.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }],
    }
}
