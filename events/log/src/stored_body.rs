//! Bodies as a store keeps them: compressed, each under a salt of its own.

use std::io::Read;

use parking_lot::Mutex;
use shipslog_events::body::{Commitment, Salt};
use zstd::bulk::Compressor;

/// A body as a store keeps it: compressed, beside its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredBody {
    /// Random, for this body alone: who lacks it cannot guess the body from its commitment.
    pub(crate) salt: Salt,
    /// Bytes before compression.
    pub(crate) length: usize,
    /// One zstd frame.
    pub(crate) compressed: Vec<u8>,
}

/// The stored bytes are no body: damaged, or not ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored bytes cannot be decompressed: {0}")]
pub(crate) struct Damaged(String);

impl StoredBody {
    /// Compresses `bytes` under a salt of their own.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self {
            salt: random_salt(),
            length: bytes.len(),
            compressed: compress(bytes),
        }
    }

    /// The bytes as they came. Takes no more memory than they need, whatever a damaged length says.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Damaged> {
        decompress(&self.compressed, self.length)
    }

    /// What an event that has this body must say about it.
    pub(crate) fn commitment(&self) -> Result<Commitment, Damaged> {
        self.bytes().map(|bytes| Commitment::new(&self.salt, &bytes))
    }
}

/// A salt that no other body has.
fn random_salt() -> Salt {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has random bytes, or it could not have made ids and keys");
    Salt::from_bytes(bytes)
}

/// Compressors for the next bodies: making one costs more than to compress a small body with it.
static IDLE: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());

/// More are not kept: each holds tables for the largest body that it has seen.
const KEPT: usize = 4;

/// The bytes as one zstd frame.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    const CANNOT_FAIL: &str = "compressing into memory fails only where memory is out";
    let idle = || IDLE.lock();
    let kept = idle().pop();
    let made = || Compressor::new(zstd::DEFAULT_COMPRESSION_LEVEL).expect(CANNOT_FAIL);
    let mut compressor = kept.unwrap_or_else(made);
    let compressed = compressor.compress(bytes).expect(CANNOT_FAIL);
    let mut idle = idle();
    if idle.len() < KEPT {
        idle.push(compressor);
    }
    compressed
}

/// The `length` bytes that were compressed, and no more of them.
pub(crate) fn decompress(compressed: &[u8], length: usize) -> Result<Vec<u8>, Damaged> {
    let damaged = |error: std::io::Error| Damaged(error.to_string());
    let decoder = zstd::stream::read::Decoder::new(compressed).map_err(damaged)?;
    let mut bytes = Vec::new();
    decoder
        .take((length as u64).saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(damaged)?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(Damaged(format!("they are not the {length} that they should be")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was() {
        for bytes in [b"".to_vec(), b"text".to_vec(), vec![7; 1 << 20]] {
            assert_eq!(StoredBody::new(&bytes).bytes(), Ok(bytes));
        }
    }

    #[test]
    fn the_same_text_twice_has_two_commitments() {
        let (one, other) = (StoredBody::new(b"text"), StoredBody::new(b"text"));
        assert_ne!(one.commitment(), other.commitment());
    }

    #[test]
    fn damaged_bytes_are_an_error_and_not_a_panic() {
        let mut stored = StoredBody::new(b"some text to damage");
        stored.compressed.truncate(4);
        assert!(stored.bytes().is_err());
        let longer = StoredBody {
            length: 2,
            ..StoredBody::new(b"t")
        };
        assert!(longer.bytes().is_err());
    }
}
