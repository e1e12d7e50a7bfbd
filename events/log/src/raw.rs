//! The store as somebody has it who goes round the log: what can be done to it, and what of it no reader shows. For
//! tests, of any store.

use shipslog_events::ids::Position;
use shipslog_events::journal::JournalKey;

use crate::location::Location;
use crate::sqlite::{self, raw};

pub use crate::journal_edit::JournalEdit;

/// Erases every body; answers how many there were.
pub fn erase_bodies(location: &Location) -> usize {
    let Location::Directory(directory) = location;
    raw::erase_bodies(&directory.join(sqlite::FILE))
}

/// Erases the bodies of the last event that has any.
pub fn erase_last_bodies(location: &Location) {
    let Location::Directory(directory) = location;
    raw::erase_last_bodies(&directory.join(sqlite::FILE));
}

/// Has an event, named by its position, say this.
pub fn edit_facts(location: &Location, position: Position, facts: &str) {
    let Location::Directory(directory) = location;
    raw::edit_facts(&directory.join(sqlite::FILE), position, facts);
}

/// Changes a journal that is open.
pub fn edit_journal(location: &Location, key: &JournalKey, edit: JournalEdit<'_>) {
    let Location::Directory(directory) = location;
    raw::edit_journal(&directory.join(sqlite::FILE), key, edit);
}

/// Has a line of the task log, named by its row, name this as its attempt.
pub fn edit_line(location: &Location, row: u64, attempt: &str) {
    let Location::Directory(directory) = location;
    raw::edit_line(&directory.join(sqlite::FILE), row, attempt);
}

/// How many sealed values are kept with events.
pub fn sealed_values(location: &Location) -> u64 {
    let Location::Directory(directory) = location;
    raw::sealed_values(&directory.join(sqlite::FILE))
}
