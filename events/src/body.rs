//! Bodies: bytes that may be erased one day, and what the chain keeps of them for ever.
//!
//! An event commits to a body as SHA-256(salt ‖ bytes). The salt lies with the body and goes with it, so that after
//! an erasure nobody can find out what a short text was by trying.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use crate::digest::digest;

digest!(
    /// SHA-256 over a body's salt and bytes.
    Commitment
);

impl Commitment {
    /// What an event that has this body says about it.
    ///
    /// ```
    /// use shipslog_events::body::{Commitment, Salt};
    ///
    /// let salt = Salt::from_bytes([7; 32]);
    /// assert_eq!(Commitment::new(&salt, b"text"), Commitment::new(&salt, b"text"));
    /// assert_ne!(Commitment::new(&salt, b"text"), Commitment::new(&salt, b"test"));
    /// ```
    pub fn new(salt: &Salt, bytes: &[u8]) -> Self {
        Self::from_bytes(
            Sha256::new()
                .chain_update(salt.0)
                .chain_update(bytes)
                .finalize()
                .into(),
        )
    }
}

/// What keeps a short body from being guessed out of its commitment; no two bodies share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .expect("the system has random bytes, or it could not have made ids and keys");
        Self(bytes)
    }

    /// The salt that these bytes are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A body as a store keeps it: compressed, beside its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBody {
    /// Its own.
    pub salt: Salt,
    /// Bytes before compression.
    pub length: usize,
    /// One zstd frame.
    pub compressed: Vec<u8>,
}

/// The stored bytes are no body: damaged, or not ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored bytes cannot be decompressed: {0}")]
pub struct Damaged(String);

impl StoredBody {
    /// Compresses `bytes` under a salt of their own.
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            salt: Salt::random(),
            length: bytes.len(),
            compressed: compress(bytes),
        }
    }

    /// The bytes as they came. Takes no more memory than they need, whatever a damaged length says.
    pub fn bytes(&self) -> Result<Vec<u8>, Damaged> {
        decompress(&self.compressed, self.length)
    }

    /// What an event that has this body must say about it.
    pub fn commitment(&self) -> Result<Commitment, Damaged> {
        self.bytes().map(|bytes| Commitment::new(&self.salt, &bytes))
    }
}

/// Compressors for the next bodies: making one costs more than to compress a small body with it.
static IDLE: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());

/// More are not kept: each holds tables for the largest body that it has seen.
const KEPT: usize = 4;

/// The bytes as one zstd frame.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    const CANNOT_FAIL: &str = "compressing into memory fails only where memory is out";
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
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

    #[test]
    fn a_commitment_reads_and_writes_as_hex() {
        let commitment = Commitment::from_bytes([0xab; 32]);
        let json = serde_json::to_string(&commitment).unwrap();
        assert_eq!(json, format!("\"{}\"", "ab".repeat(32)));
        assert_eq!(serde_json::from_str::<Commitment>(&json).unwrap(), commitment);
        assert!("ab".parse::<Commitment>().is_err());
    }
}
