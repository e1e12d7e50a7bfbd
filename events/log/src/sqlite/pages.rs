//! Roughly how many pages of the database a write dirties: what the appender counts to know when to checkpoint.

use crate::event_log::NewAnswer;
use crate::prepared::{Prepared, PreparedEvent};
use crate::prepared_journal::{Packed, PreparedJournal};

/// Bytes of a page.
const PAGE: usize = 4096;
/// Bytes of an entry's row besides its content.
const ENTRY: usize = 128;

/// Of an append, its entries included.
pub(super) fn of_append(append: &Prepared) -> usize {
    let journal = append.journal.as_ref().map_or(0, of_journal);
    let answer = append.answer.as_ref().map_or(0, of_answer);
    append.events().map(|(_, event)| of_event(event)).sum::<usize>() + journal + answer
}

fn of_answer(answer: &NewAnswer) -> usize {
    answer.answer.as_ref().map_or(0, |it| it.len() / PAGE) + 2
}

fn of_event(event: &PreparedEvent) -> usize {
    let bodies = event
        .bodies
        .iter()
        .map(|body| body.stored.compressed.len() / PAGE + 1);
    event.facts.len() / PAGE + 1 + bodies.sum::<usize>()
}

/// Pages that entries of a journal take.
pub(super) fn of_journal(journal: &PreparedJournal) -> usize {
    let bytes: usize = journal
        .entries
        .iter()
        .map(|(content, _)| content.len() + ENTRY)
        .sum();
    bytes / PAGE + 2
}

/// Of packing a journal: a row comes, the others go.
pub(super) fn of_pack(packed: &Packed) -> usize {
    (packed.compressed.len() + packed.length) / PAGE + 2
}
