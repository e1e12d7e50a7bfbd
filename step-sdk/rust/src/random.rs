//! Randomness, seeded by the host from the step and its target: the same in every replay and retry. Not for secrets.

use crate::imports;

/// So many random bytes.
pub fn bytes(length: u32) -> Vec<u8> {
    imports::random::bytes(length)
}
