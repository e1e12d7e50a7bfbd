//! Bodies: bytes that may be erased one day, and what the chain keeps of them for ever.
//!
//! An event commits to a body as SHA-256(salt ‖ bytes). The salt lies with the body and goes with it, so that after
//! an erasure nobody can find out what a short text was by trying.

use sha2::{Digest, Sha256};

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
    /// The salt that these bytes are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_reads_and_writes_as_hex() {
        let commitment = Commitment::from_bytes([0xab; 32]);
        let json = serde_json::to_string(&commitment).unwrap();
        assert_eq!(json, format!("\"{}\"", "ab".repeat(32)));
        assert_eq!(serde_json::from_str::<Commitment>(&json).unwrap(), commitment);
        assert!("ab".parse::<Commitment>().is_err());
    }
}
