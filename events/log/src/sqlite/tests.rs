//! The store as a whole: it keeps the rules of `conformance`, and what only a file can show.

mod crashing;
mod journals;
mod lines;
mod opening;
mod raw;
mod sharing;
mod verifying;

use std::cell::RefCell;
use std::path::PathBuf;

use rusqlite::Connection;
use shipslog_events::SealedValue;
use shipslog_events::envelope::{Actor, Context, NewBody, NewEvent, Source};
use shipslog_events::event::access::AccessEvent;
use shipslog_events::ids::{DeploymentId, EventId};
use shipslog_events::stream::Stream;
use tempfile::TempDir;
use uuid::Uuid;

use super::SqliteLog;
use crate::conformance;
use crate::event_log::{Append, EventLog, Expected, StreamAppend};

/// A folder of its own for one log.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("log.db")
    }

    fn open(&self) -> SqliteLog {
        SqliteLog::open(self.path()).unwrap()
    }

    /// The file as somebody sees it who goes round the log.
    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// One event with a body and a sealed value, for a stream.
fn one(stream: u64, number: u128) -> Append {
    let event = NewEvent {
        id: EventId(Uuid::from_u128(number)),
        event: AccessEvent::KeyRevoked {
            key: number.to_string().into(),
        }
        .into(),
        bodies: vec![NewBody {
            name: "text".into(),
            bytes: format!("text of {number}").into(),
        }],
    };
    let context = Context {
        actor: Actor::Driver,
        source: Source::default(),
        correlation: Uuid::nil(),
        causation: None,
    };
    let to = StreamAppend {
        stream: Stream::Deployment(DeploymentId(stream)),
        expected: Expected::Any,
        events: vec![event],
    };
    Append {
        sealed: vec![SealedValue {
            handle: format!("h{number}").into(),
            sealed: vec![1],
        }],
        ..Append::new(context, vec![to])
    }
}

/// Appends events 1 to `count`.
fn fill(log: &SqliteLog, count: u128) {
    block_on(async {
        for number in 1..=count {
            log.append(one(1, number)).await.unwrap();
        }
    });
}

#[test]
fn it_does_what_every_event_log_must() {
    let folder = tempfile::tempdir().unwrap();
    let count = RefCell::new(0);
    block_on(conformance::all(|| {
        *count.borrow_mut() += 1;
        SqliteLog::open(folder.path().join(format!("{}.db", count.borrow()))).unwrap()
    }));
}
