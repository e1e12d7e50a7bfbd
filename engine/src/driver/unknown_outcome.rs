//! A run that ends while nobody knows what became of a write it had announced: trying it again by itself could do the
//! write twice.

use shipslog_events::journal::JournalKey;
use shipslog_log::{JournalError, JournalStore};
use shipslog_runner::{AttemptOutcome, EndReason, Ended, Entry, What};

use super::finished::Finished;
use super::kept_journal::kept;

/// How a journal ends.
enum Last {
    /// With nothing that is in doubt.
    Sure,
    /// With a write that was announced and not answered.
    Announced(Box<Entry>),
    /// Nobody can tell.
    Unreadable,
}

/// The same end, with what is in doubt where anything is. A good end, or one that somebody has to look at anyway, leaves
/// nothing in doubt.
pub(super) async fn with_unknown_outcome(
    journals: &dyn JournalStore,
    key: &JournalKey,
    finished: &Finished,
) -> Result<Finished, JournalError> {
    let finished = finished.clone();
    let last = match (finished.ended.outcome, finished.ended.reason) {
        (AttemptOutcome::Errored | AttemptOutcome::Failed, Some(reason)) if reason.needs_a_person() => {
            Last::Sure
        }
        (AttemptOutcome::Errored | AttemptOutcome::Failed, _) => last(journals, key, &finished).await?,
        (AttemptOutcome::Succeeded | AttemptOutcome::Cancelled, _) => Last::Sure,
    };
    let ended = match last {
        Last::Sure => return Ok(finished),
        Last::Announced(write) => unknown(&finished.ended, &write),
        Last::Unreadable => unreadable(&finished.ended),
    };
    Ok(Finished { ended, ..finished })
}

async fn last(
    journals: &dyn JournalStore,
    key: &JournalKey,
    finished: &Finished,
) -> Result<Last, JournalError> {
    let waiting = finished.tail.as_ref().and_then(|it| it.journal.as_ref());
    let waiting = waiting.and_then(|it| it.entries.last()).cloned();
    let last = match waiting {
        Some(last) => last,
        None => match kept(journals, key).await? {
            None => return Ok(Last::Unreadable),
            Some(mut journal) => match journal.entries.pop() {
                None => return Ok(Last::Sure),
                Some(last) => last,
            },
        },
    };
    Ok(match Entry::decode(&last) {
        Ok(entry) if matches!(&entry.what, What::Intent(it) if it.precondition.is_some()) => {
            Last::Announced(Box::new(entry))
        }
        Ok(_) => Last::Sure,
        Err(_) => Last::Unreadable,
    })
}

fn unreadable(ended: &Ended) -> Ended {
    Ended::because(
        EndReason::JournalDamaged,
        format!(
            "{}; its journal does not hold, so that nobody knows what it did last. Look at what it wrote before you deploy \
             again",
            ended.message
        ),
    )
}

fn unknown(ended: &Ended, write: &Entry) -> Ended {
    let what = write.arguments.as_ref().map_or("", |it| it.get());
    Ended::because(
        EndReason::OutcomeUnknown,
        format!(
            "{}; its last write may have been done: {} {what}. Look at that object before you deploy again",
            ended.message, write.call.function
        ),
    )
}
