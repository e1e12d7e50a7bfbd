//! A run that ends while nobody knows what became of a write it had announced: trying it again by itself could do the
//! write twice.

use shipslog_events::journal::JournalKey;
use shipslog_log::{JournalStore, ReadError};
use shipslog_runner::{AttemptOutcome, EndReason, Ended, Entry, What};

use super::finished::Finished;
use super::kept_journal::kept;

/// The same end, with the write that is in doubt where there is one. One that came to a good end, or that somebody has
/// to look at anyway, has none.
pub(super) async fn with_unknown_outcome(
    journals: &dyn JournalStore,
    key: &JournalKey,
    finished: &Finished,
) -> Result<Finished, ReadError> {
    let finished = finished.clone();
    let open = match (finished.ended.outcome, finished.ended.reason) {
        (AttemptOutcome::Errored | AttemptOutcome::Failed, Some(reason)) if reason.needs_a_person() => None,
        (AttemptOutcome::Errored | AttemptOutcome::Failed, _) => announced(journals, key, &finished).await?,
        (AttemptOutcome::Succeeded | AttemptOutcome::Cancelled, _) => None,
    };
    Ok(match open {
        None => finished,
        Some(write) => Finished {
            ended: unknown(&finished.ended, &write),
            ..finished
        },
    })
}

/// The write that the journal ends with, if it was not answered. A journal that could not be read just now may hold one.
async fn announced(
    journals: &dyn JournalStore,
    key: &JournalKey,
    finished: &Finished,
) -> Result<Option<Entry>, ReadError> {
    let waiting = finished.tail.as_ref().and_then(|it| it.entries.last()).cloned();
    let last = match waiting {
        Some(last) => Some(last),
        None => kept(journals, key).await?.and_then(|mut it| it.entries.pop()),
    };
    let entry = last.and_then(|it| Entry::decode(&it).ok());
    Ok(entry.filter(|it| matches!(it.what, What::Intent(_))))
}

fn unknown(ended: &Ended, write: &Entry) -> Ended {
    let what = write.arguments.as_ref().map_or("", |it| it.get());
    Ended {
        outcome: AttemptOutcome::Errored,
        reason: Some(EndReason::OutcomeUnknown),
        message: format!(
            "{}; its last write may have been done: {} {what}. Look at that object before you deploy again",
            ended.message, write.call.function
        ),
    }
}
