//! What tests of several crates share. No crate depends on it but for its tests, and the laboratory.
#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

pub mod component;
pub mod documents;
pub mod history;
pub mod mutations;
pub mod workspace;
