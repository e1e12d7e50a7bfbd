//! What a run tells, noted in memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use shipslog_domain::objects::Objects;
use shipslog_events::event::object::{ObjectReference, Removal};
use shipslog_events::ids::Handle;

use super::fake_cluster::{Around, Call};
use super::lane::{as_told, held, here};
use crate::journal::Entry;
use crate::{Gone, Listener, NotRead, NotRecorded};

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
    objects: Mutex<Vec<(u64, crate::Told)>>,
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

    /// What was told of objects, in order.
    pub(crate) fn objects(&self) -> Vec<crate::Told> {
        let told = self.objects.lock().unwrap();
        told.iter().map(|(_, it)| it.clone()).collect()
    }

    fn lane(&self) -> Objects {
        held(&self.objects.lock().unwrap())
    }

    fn settle(&self) {
        let all = self.entries.lock().unwrap().len();
        self.durable.store(all, Ordering::Relaxed);
    }
}

impl Notebook {
    fn note(&self, line: String) {
        self.journal.settle();
        self.told.lock().unwrap().push(line);
    }
}

#[async_trait]
impl Listener for Notebook {
    async fn journal(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        Ok(self.journal.entries.lock().unwrap().clone())
    }

    fn keep(&self, entry: Vec<u8>, _: Vec<Handle>) -> bool {
        self.journal.entries.lock().unwrap().push(entry);
        false
    }

    async fn settle(&self) -> Result<(), NotRecorded> {
        self.journal.settle();
        Ok(())
    }

    async fn fact(&self, _: u64, fact: String) {
        self.note(fact);
    }

    fn object(&self, call: u64, told: crate::Told) {
        self.journal.objects.lock().unwrap().push((call, told));
    }

    fn gone(&self, call: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal> {
        let removal = self
            .journal
            .lane()
            .removal(&as_told(call, object), gone.uid, gone.before);
        removal.map(|(removal, _)| removal)
    }

    fn waits_for(&self, object: &ObjectReference) -> Option<String> {
        self.journal.lane().awaits_end(&here(object)).map(str::to_owned)
    }

    async fn line(&self, call: u64, line: String) {
        self.note(format!("log {call} {line}"));
    }

    async fn progress(&self, how_far: String) {
        self.note(format!("progress {how_far}"));
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
