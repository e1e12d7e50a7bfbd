//! What tests of several modules share: an engine in a directory of its own, a log that fails.

pub(crate) mod faults;
pub(crate) mod house;
