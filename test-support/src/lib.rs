//! What tests of several crates share. No crate depends on it but for its tests.
#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

pub mod mutations;
