//! The rules: `decide(state, command)` refuses or answers with events, `evolve(state, event)` remembers. No clock, no
//! randomness, no IO.

pub mod access;
pub mod capability;
pub mod component;
pub mod configuration;
pub mod deployment;
pub mod document;
pub mod freeze;
pub mod inputs;
pub mod lane;
pub mod objects;
pub mod progress;
pub mod release;
pub mod schema;
pub mod slug;
pub mod variables;

/// The code of a refusal whose subject does not exist.
pub const NOT_FOUND: &str = "not-found";
