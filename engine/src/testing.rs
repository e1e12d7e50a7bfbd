//! What tests of several modules share: tiny steps, an engine in a directory of its own, random histories.

pub(crate) mod drive;
pub(crate) mod faults;
pub(crate) mod history;
pub(crate) mod house;
pub(crate) mod notebook;
pub(crate) mod state;
pub(crate) mod steps;
