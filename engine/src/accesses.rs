//! Who may do what, as the log has it now.

use std::sync::Arc;

use shipslog_domain::access::{self, Access};
use shipslog_events::event::Event;
use shipslog_events::stream::Stream;
use shipslog_log::{EventReader, ReadError};

use crate::load::{Latest, Loaded};

/// Access is read by every request, so it is kept and only what was added is read.
pub(crate) struct Accesses {
    log: Arc<dyn EventReader>,
    latest: Latest<Access>,
}

impl Accesses {
    pub(crate) fn new(log: Arc<dyn EventReader>) -> Self {
        Self {
            log,
            latest: Latest::default(),
        }
    }

    pub(crate) async fn load(&self) -> Result<Arc<Loaded<Access>>, ReadError> {
        let known = self.latest.get();
        let added = self.log.stream(Stream::Access, known.version).await?;
        let Some(last) = added.last() else {
            return Ok(known);
        };
        let access = added
            .iter()
            .fold(known.state.clone(), |access, recorded| match &recorded.event {
                Event::Access(event) => access::evolve(access, event),
                _ => access,
            });
        Ok(self.latest.put(access, last.version))
    }
}
