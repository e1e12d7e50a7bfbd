//! What a run tells, noted in memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::event::deployment::Layer;
use shipslog_events::event::lane::ObjectReference;
use shipslog_events::ids::Handle;

use super::fake_cluster::{Around, Call};
use crate::journal::Entry;
use crate::{LogLevel, NotRecorded, OutputValue, Recorder, Unrecorded};

/// Everything that happened, in order, a line each: from the recorder and from the cluster.
pub(crate) type Told = Arc<Mutex<Vec<String>>>;

/// A recorder that keeps everything.
pub(super) struct Notebook {
    pub(super) told: Told,
    pub(super) journal: Arc<Kept>,
}

/// A journal in memory.
#[derive(Default)]
pub(crate) struct Kept {
    entries: Mutex<Vec<Vec<u8>>>,
    durable: AtomicUsize,
}

impl Kept {
    /// As a crash leaves it: what was not durable is gone.
    pub(crate) fn crash(&self) {
        let durable = self.durable.load(Ordering::Relaxed);
        self.entries.lock().unwrap().truncate(durable);
    }

    /// As if nothing had run yet.
    pub(crate) fn clear(&self) {
        self.durable.store(0, Ordering::Relaxed);
        self.entries.lock().unwrap().clear();
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap();
        entries.iter().map(|it| Entry::decode(it).unwrap()).collect()
    }

    fn settle(&self) {
        let all = self.entries.lock().unwrap().len();
        self.durable.store(all, Ordering::Relaxed);
    }
}

impl Notebook {
    fn note(&self, line: String) -> Result<(), NotRecorded> {
        self.journal.settle();
        self.told.lock().unwrap().push(line);
        Ok(())
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        let entries = self.journal.entries.lock().unwrap().clone();
        Ok(entries)
    }

    fn entry(&self, entry: Vec<u8>, _: Vec<Handle>) -> bool {
        self.journal.entries.lock().unwrap().push(entry);
        false
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        self.journal.settle();
        Ok(())
    }

    async fn object_intended(&self, _: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.note(format!("intended {object}"))
    }

    async fn object_removed(&self, _: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.note(format!("removed {object}"))
    }

    async fn denied(
        &self,
        _: Option<u64>,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = message.map_or_else(String::new, |it| format!(" ({it})"));
        self.note(format!("denied {layer}: {rule}{said}"))
    }

    async fn milestone(&self, _: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        self.note(format!("milestone {name} {detail}"))
    }

    async fn output(&self, _: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded> {
        self.note(match value {
            OutputValue::Plain(value) => format!("output {name} {value}"),
            OutputValue::Sensitive(handle) => format!("output {name} {handle}"),
        })
    }

    async fn log(&self, index: u64, level: LogLevel, message: &str) -> Result<(), NotRecorded> {
        self.note(format!("log {index} {level:?} {message}"))
    }

    async fn progress(&self, done: u32, total: u32, message: &str) -> Result<(), NotRecorded> {
        self.note(format!("progress {done}/{total} {message}"))
    }
}

/// Notes what the cluster is asked.
pub(super) struct Teller(pub(super) Told);

#[async_trait]
impl Around for Teller {
    async fn before(&self, call: &Call<'_>) {
        self.0.lock().unwrap().push(format!("cluster: {call}"));
    }

    async fn late(&self, _: &Call<'_>) {
        self.0.lock().unwrap().push("cluster: answered".to_owned());
    }
}
