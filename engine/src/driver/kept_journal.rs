//! The journal of a run as the store has it.

use shipslog_events::journal::JournalKey;
use shipslog_log::{Journal, JournalError, JournalStore, ReadError};

/// The journal of a run; nothing where it does not hold or was dropped.
pub(super) async fn kept(
    journals: &dyn JournalStore,
    key: &JournalKey,
) -> Result<Option<Journal>, ReadError> {
    match journals.journal(key.clone()).await {
        Ok(journal) => Ok(Some(journal)),
        Err(JournalError::Damaged { .. } | JournalError::Dropped { .. }) => Ok(None),
        Err(JournalError::Read(error)) => Err(error),
    }
}
