//! Everything that a run tells, as a line: what the recorders of the tests have in common.

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::event::deployment::Layer;
use shipslog_events::event::lane::ObjectReference;
use shipslog_events::ids::Handle;

use crate::{LogLevel, NotRecorded, OutputValue, Recorder, Unrecorded};

/// A recorder of a test: what it does with what it hears.
#[async_trait]
pub(crate) trait Listener: Send + Sync {
    /// The entries of the journal so far.
    fn journal(&self) -> Vec<Vec<u8>>;

    /// The next entry, and the handles that are new in it.
    fn keep(&self, entry: Vec<u8>, minted: Vec<Handle>);

    /// Every entry is durable when it answers.
    async fn settle(&self);

    /// A fact, told of this call.
    async fn fact(&self, call: Option<u64>, fact: String);

    /// The fact that comes names this handle.
    fn names(&self, _: &Handle) {}

    /// A line for the task log, with its level.
    async fn line(&self, call: u64, line: String);

    /// How far the step is.
    async fn progress(&self, _: String) {}
}

#[async_trait]
impl<T: Listener> Recorder for T {
    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        Ok(self.journal())
    }

    fn entry(&self, entry: Vec<u8>, minted: Vec<Handle>) -> bool {
        self.keep(entry, minted);
        false
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        self.settle().await;
        Ok(())
    }

    async fn object_intended(&self, index: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.fact(Some(index), format!("intended {object}")).await;
        Ok(())
    }

    async fn object_removed(&self, index: u64, object: &ObjectReference) -> Result<(), NotRecorded> {
        self.fact(Some(index), format!("removed {object}")).await;
        Ok(())
    }

    async fn denied(
        &self,
        call: Option<u64>,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        let said = message.map_or_else(String::new, |it| format!(" ({it})"));
        self.fact(call, format!("denied {layer}: {rule}{said}")).await;
        Ok(())
    }

    async fn milestone(&self, index: u64, name: &str, detail: Value) -> Result<(), NotRecorded> {
        self.fact(Some(index), format!("milestone {name} {detail}")).await;
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
        self.fact(Some(index), fact).await;
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
