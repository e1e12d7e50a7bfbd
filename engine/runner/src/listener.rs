//! Everything that a run tells, as a line: what the recorders of tests and of the bench have in common.

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::event::deployment::Layer;
use shipslog_events::event::object::{ClusterMark, ObjectReference, Removal};
use shipslog_events::ids::Handle;

use crate::{Gone, Intended, LogLevel, NotRead, NotRecorded, OutputValue, Recorder, Removed, Written};

/// What a run tells of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is about to be written.
    Intended(Intended),
    /// It was.
    Written(Written),
    /// The API server took its delete.
    Deleted(ObjectReference, String),
    /// It was neither.
    Refused(ObjectReference),
    /// It is gone; another one may have its name.
    Removed(ObjectReference, Removal, bool),
}

/// A recorder that is told lines: what it does with what it hears. It says only what it cares for; the rest is let go.
#[async_trait]
pub trait Listener: Send + Sync {
    /// The entries of the journal so far.
    async fn journal(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        Ok(Vec::new())
    }

    /// The next entry, and the handles that are new in it. Says whether enough is waiting to be settled.
    fn keep(&self, _entry: Vec<u8>, _minted: Vec<Handle>) -> bool {
        false
    }

    /// Every entry is durable when it answers.
    async fn settle(&self) -> Result<(), NotRecorded> {
        Ok(())
    }

    /// A fact, told of this call.
    async fn fact(&self, _call: u64, _fact: String) {}

    /// What was told of an object, in full; where it is a fact, once that is durable.
    fn object(&self, _call: u64, _told: Told) {}

    /// Whether it knows which cluster this is.
    fn knows(&self) -> bool {
        true
    }

    /// From now on it does.
    fn recognised(&self) {}

    /// How this object was removed, as it is gone.
    fn gone(&self, _call: u64, _: &ObjectReference, _: Gone<'_>) -> Option<Removal> {
        None
    }

    /// The UID of this object, if the lane waits for its end.
    fn waits_for(&self, _: &ObjectReference) -> Option<String> {
        None
    }

    /// The fact that comes names this handle.
    fn names(&self, _: &Handle) {}

    /// A line for the task log, with its level.
    async fn line(&self, _call: u64, _line: String) {}

    /// How far the step is.
    async fn progress(&self, _: String) {}
}

#[async_trait]
impl<T: Listener> Recorder for T {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        self.journal().await
    }

    fn entry(&self, entry: Vec<u8>, minted: Vec<Handle>) -> bool {
        self.keep(entry, minted)
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        self.settle().await
    }

    fn knows_cluster(&self) -> bool {
        self.knows()
    }

    async fn cluster_recognised(
        &self,
        _: u64,
        _: Vec<ClusterMark>,
    ) -> Result<Result<(), String>, NotRecorded> {
        self.recognised();
        Ok(Ok(()))
    }

    async fn object_intended(&self, index: u64, _: u32, intended: Intended) -> Result<(), NotRecorded> {
        let object = intended.object.clone();
        self.fact(index, format!("intended {object}")).await;
        self.object(index, Told::Intended(intended));
        Ok(())
    }

    fn object_written(&self, index: u64, written: Written) {
        self.object(index, Told::Written(written));
    }

    fn object_deleted(&self, index: u64, object: &ObjectReference, uid: String) {
        self.object(index, Told::Deleted(object.clone(), uid));
    }

    fn object_refused(&self, index: u64, object: &ObjectReference) {
        self.object(index, Told::Refused(object.clone()));
    }

    fn removal(&self, index: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal> {
        self.gone(index, object, gone)
    }

    fn awaits_end(&self, object: &ObjectReference) -> Option<String> {
        self.waits_for(object)
    }

    async fn object_removed(
        &self,
        index: u64,
        object: &ObjectReference,
        removed: Removed,
    ) -> Result<(), NotRecorded> {
        self.fact(index, format!("removed {object}")).await;
        let told = Told::Removed(object.clone(), removed.removal, removed.replaced);
        self.object(index, told);
        Ok(())
    }

    async fn denied(
        &self,
        index: u64,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = message.map_or_else(String::new, |it| format!(" ({it})"));
        self.fact(index, format!("denied {layer}: {rule}{said}")).await;
        Ok(())
    }

    async fn milestone(&self, index: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        self.fact(index, format!("milestone {name} {detail}")).await;
        Ok(())
    }

    async fn output(&self, index: u64, name: &str, value: OutputValue) -> Result<(), NotRecorded> {
        let fact = match value {
            OutputValue::Plain(value) => format!("output {name} {value}"),
            OutputValue::Sensitive(handle) => {
                self.names(&handle);
                format!("output {name} {handle}")
            }
        };
        self.fact(index, fact).await;
        Ok(())
    }

    async fn log(&self, index: u64, level: LogLevel, message: &str) -> Result<(), NotRecorded> {
        self.line(index, format!("{level:?} {message}")).await;
        Ok(())
    }

    async fn progress(&self, done: u32, total: u32, message: &str) -> Result<(), NotRecorded> {
        Listener::progress(self, format!("{done}/{total} {message}")).await;
        Ok(())
    }
}
