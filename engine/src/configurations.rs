//! Configuration, as the log has it now.

use std::collections::BTreeMap;
use std::sync::Arc;

use shipslog_domain::configuration::{self, Configuration};
use shipslog_domain::document::{Document, Key};
use shipslog_events::event::Event;
use shipslog_events::event::configuration::{ConfigurationEvent, DOCUMENT};
use shipslog_events::ids::{EventId, StreamVersion};
use shipslog_events::stream::Stream;
use shipslog_log::{EventReader, ReadError};

use crate::load::{self, Latest, Loaded};

/// All configuration: what decisions read, and the documents as written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configured {
    pub(crate) configuration: Configuration,
    pub(crate) documents: BTreeMap<Key, Document>,
}

/// Configuration is read by every command, so it is kept and only what was added is read.
pub(crate) struct Configurations {
    log: Arc<dyn EventReader>,
    latest: Latest<Configured>,
    /// Held by whoever adds. After a start every open deployment asks at once: each would read and hold all documents.
    adding: tokio::sync::Mutex<()>,
}

impl Configurations {
    pub(crate) fn new(log: Arc<dyn EventReader>) -> Self {
        Self {
            log,
            latest: Latest::default(),
            adding: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) async fn load(&self) -> Result<Arc<Loaded<Configured>>, ReadError> {
        let log = &*self.log;
        let known = self.latest.get();
        let is_cold = known.version == StreamVersion::NONE;
        if !is_cold && log.stream(Stream::Configuration, known.version).await?.is_empty() {
            return Ok(known);
        }
        let _one_at_a_time = self.adding.lock().await;
        let known = self.latest.get();
        let added = log.stream(Stream::Configuration, known.version).await?;
        let Some(last) = added.last() else {
            return Ok(known);
        };
        let mut configured = known.state.clone();
        for recorded in &added {
            let Event::Configuration(event) = &recorded.event else {
                continue;
            };
            configured.configuration = configuration::evolve(configured.configuration, event);
            let ConfigurationEvent::DocumentApplied { name, facts, .. } = event;
            let key = (facts.kind(), name.clone());
            // Where the latest revision was erased, an earlier one must not pass for it.
            match document(log, recorded.id).await? {
                Some(document) => configured.documents.insert(key, document),
                None => configured.documents.remove(&key),
            };
        }
        Ok(self.latest.put(configured, last.version))
    }
}

/// Nothing where it was erased. What was applied once is not held to today's rules again.
async fn document(log: &dyn EventReader, event: EventId) -> Result<Option<Document>, ReadError> {
    let Some(value) = load::json_body(log, event, DOCUMENT).await? else {
        return Ok(None);
    };
    serde_json::from_value(value).map(Some).map_err(|error| {
        ReadError::Damaged(format!(
            "the document of event {event} is not one of this version: {error}"
        ))
    })
}
