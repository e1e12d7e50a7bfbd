//! The journal of a run as the store has it.

use shipslog_events::journal::JournalKey;
use shipslog_log::{Journal, JournalError, JournalStore};

/// The journal of a run; nothing where it does not hold, cannot be read however often it is tried, or was dropped.
pub(super) async fn kept(
    journals: &dyn JournalStore,
    key: &JournalKey,
) -> Result<Option<Journal>, JournalError> {
    match journals.journal(key.clone()).await {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if error.is_lasting() => Ok(None),
        Err(error) => Err(error),
    }
}
