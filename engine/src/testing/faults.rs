//! A log that fails when a test wants it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use shipslog_events::ids::{DeploymentId, EventId, Handle, Position, StreamVersion};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_events::{Recorded, SealedValue, Stream};
use shipslog_log::{
    Answer, Append, AppendError, Appended, EventLog, Journal, JournalAppend, JournalError, ReadError,
    TaskLogLine,
};
use tokio::sync::watch;
use uuid::Uuid;

/// What is asked of the log.
pub(crate) enum Call<'a> {
    Append(&'a Append),
    Stream(&'a Stream),
    Journal(&'a JournalAppend),
    Pack,
}

type Script = dyn FnMut(Call<'_>) -> bool + Send;

/// Says of each call whether it fails. Nothing fails at first.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Option<Box<Script>>>>);

impl Faults {
    pub(crate) fn script(&self, script: impl FnMut(Call<'_>) -> bool + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(script));
    }

    fn hit(&self, call: Call<'_>) -> bool {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        script.as_mut().is_some_and(|it| it(call))
    }
}

pub(crate) struct FaultyLog {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) faults: Faults,
}

impl EventLog for FaultyLog {
    fn append(&self, append: Append) -> Answer<'_, Result<Appended, AppendError>> {
        if self.faults.hit(Call::Append(&append)) {
            return Box::pin(async { Err(AppendError::Closed("as a test wants it".to_owned())) });
        }
        self.log.append(append)
    }

    fn reserve_deployment(&self) -> Answer<'_, Result<DeploymentId, AppendError>> {
        self.log.reserve_deployment()
    }

    fn stream(&self, stream: Stream, after: StreamVersion) -> Answer<'_, Result<Vec<Recorded>, ReadError>> {
        if self.faults.hit(Call::Stream(&stream)) {
            return Box::pin(async { Err(ReadError("as a test wants it".to_owned())) });
        }
        self.log.stream(stream, after)
    }

    fn read(&self, after: Position, limit: usize) -> Answer<'_, Result<Vec<Recorded>, ReadError>> {
        self.log.read(after, limit)
    }

    fn body(&self, event: EventId, name: String) -> Answer<'_, Result<Option<Vec<u8>>, ReadError>> {
        self.log.body(event, name)
    }

    fn sealed(&self, handles: Vec<Handle>) -> Answer<'_, Result<Vec<SealedValue>, ReadError>> {
        self.log.sealed(handles)
    }

    fn write_task_log(&self, lines: Vec<TaskLogLine>) -> Answer<'_, Result<(), AppendError>> {
        self.log.write_task_log(lines)
    }

    fn flush_task_log(&self) -> Answer<'_, Result<(), AppendError>> {
        self.log.flush_task_log()
    }

    fn task_log(
        &self,
        deployment: DeploymentId,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Result<Vec<(u64, TaskLogLine)>, ReadError>> {
        self.log.task_log(deployment, after, limit)
    }

    fn append_journal(&self, append: JournalAppend) -> Answer<'_, Result<JournalHead, AppendError>> {
        if self.faults.hit(Call::Journal(&append)) {
            return Box::pin(async { Err(AppendError::Closed("as a test wants it".to_owned())) });
        }
        self.log.append_journal(append)
    }

    fn journal(&self, key: JournalKey) -> Answer<'_, Result<Journal, JournalError>> {
        self.log.journal(key)
    }

    fn pack_journal(&self, key: JournalKey) -> Answer<'_, Result<(), AppendError>> {
        if self.faults.hit(Call::Pack) {
            return Box::pin(async { Err(AppendError::Closed("as a test wants it".to_owned())) });
        }
        self.log.pack_journal(key)
    }

    fn open_journals(&self) -> Answer<'_, Result<Vec<JournalKey>, ReadError>> {
        self.log.open_journals()
    }

    fn drop_journals(&self, packed_before: Timestamp) -> Answer<'_, Result<u64, AppendError>> {
        self.log.drop_journals(packed_before)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.log.head()
    }

    fn instance(&self) -> Uuid {
        self.log.instance()
    }
}
