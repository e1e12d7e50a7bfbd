//! A recorder that remembers what was refused, and nothing else.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::event::deployment::Layer;
use shipslog_events::event::lane::ObjectReference;
use shipslog_events::ids::Handle;
use shipslog_runner::{LogLevel, NotRecorded, OutputValue, Recorder, Unrecorded};

#[derive(Default)]
pub(crate) struct Notebook {
    denials: Mutex<Vec<String>>,
}

impl Notebook {
    pub(crate) fn denials(&self) -> Vec<String> {
        self.denials.lock().unwrap().clone()
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn denied(
        &self,
        _: Option<u64>,
        layer: Layer,
        rule: &str,
        _: Option<&str>,
    ) -> Result<(), NotRecorded> {
        self.denials
            .lock()
            .unwrap()
            .push(format!("denied {layer}: {rule}"));
        Ok(())
    }

    async fn recorded(&self) -> Result<Vec<Vec<u8>>, Unrecorded> {
        Ok(Vec::new())
    }

    fn entry(&self, _: Vec<u8>, _: Vec<Handle>) -> bool {
        false
    }

    async fn flush(&self) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn object_intended(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn object_removed(&self, _: u64, _: &ObjectReference) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn milestone(&self, _: u64, _: &str, _: Value) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn output(&self, _: u64, _: &str, _: OutputValue) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn log(&self, _: u64, _: LogLevel, _: &str) -> Result<(), NotRecorded> {
        Ok(())
    }

    async fn progress(&self, _: u32, _: u32, _: &str) -> Result<(), NotRecorded> {
        Ok(())
    }
}
