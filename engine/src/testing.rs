//! What tests of several modules share: an engine in a directory of its own, a log that fails, a recorder's notebook.

pub(crate) mod faults;
pub(crate) mod house;
pub(crate) mod notebook;
