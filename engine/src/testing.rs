//! What tests of several modules share: tiny steps, an engine in a directory of its own, random histories.

pub(crate) mod drive;
pub(crate) mod fake_cluster;
pub(crate) mod faults;
pub(crate) mod history;
pub(crate) mod house;
#[path = "../../events/src/mutations.rs"]
pub(crate) mod mutations;
pub(crate) mod state;
pub(crate) mod steps;
