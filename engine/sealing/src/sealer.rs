//! Sealing and opening: XChaCha20-Poly1305, bound to the handle.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroize as _};
use sha2::Sha256;
use shipslog_events::SealedValue;
use shipslog_events::ids::Handle;

use super::handle;
use super::key::SealingKey;

const KEY_ID: usize = 8;
const NONCE: usize = 24;

/// Seals values under one key. A sealed value is key id, nonce, ciphertext; its handle is authenticated with it.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID],
    fingerprints: Hmac<Sha256>,
}

/// Why a value was not sealed or opened. Never says what the value is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another key sealed it.
    #[error(
        "the value behind {handle} was sealed with key {sealed_with}, the server has key {held}; start it with the \
         sealing key this database was made with (SHIPSLOG_SEALING_KEY_FILE)"
    )]
    OtherKey {
        /// Whose value.
        handle: Handle,
        /// Id of the key that sealed it.
        sealed_with: String,
        /// Id of the key that this server has.
        held: String,
    },
    /// The bytes are not what was sealed, or were sealed for another handle.
    #[error(
        "the value behind {handle} is not as it was sealed: the database was edited or damaged; restore it from a \
         backup, or give the secret again"
    )]
    Tampered {
        /// Whose value.
        handle: Handle,
    },
    /// The operating system has no randomness to give.
    #[error("no random bytes to seal with: {0}")]
    Random(getrandom::Error),
    /// Longer than the cipher takes.
    #[error("a secret is too long to be sealed")]
    TooLong,
}

impl Sealer {
    /// Seals and opens under this key.
    pub fn new(key: &SealingKey) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(*key.expose())),
            key_id: key.id(),
            fingerprints: fingerprints(key),
        }
    }

    /// Tells values apart without telling what they are: HMAC-SHA256 under a key of its own. Who has not the key cannot
    /// try values.
    pub fn fingerprint(&self, value: &[u8]) -> [u8; 32] {
        self.fingerprints
            .clone()
            .chain_update(value)
            .finalize()
            .into_bytes()
            .into()
    }

    /// Seals a value under a new handle.
    pub fn seal(&self, value: &SecretString) -> Result<SealedValue, SealError> {
        let handle = handle::from_random(&random()?);
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload {
            msg: value.expose_secret().as_bytes(),
            aad: handle.as_str().as_bytes(),
        };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::TooLong)?;
        Ok(SealedValue {
            handle,
            sealed: [self.key_id.as_slice(), nonce.as_slice(), &ciphertext].concat(),
        })
    }

    /// The value again.
    pub fn open(&self, value: &SealedValue) -> Result<SecretString, SealError> {
        let tampered = || SealError::Tampered {
            handle: value.handle.clone(),
        };
        let (key_id, rest) = value.sealed.split_first_chunk::<KEY_ID>().ok_or_else(tampered)?;
        if *key_id != self.key_id {
            return Err(self.other_key(&value.handle, key_id));
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or_else(tampered)?;
        let payload = Payload {
            msg: ciphertext,
            aad: value.handle.as_str().as_bytes(),
        };
        let opened = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| tampered())?;
        let text = String::from_utf8(opened).map_err(|error| {
            error.into_bytes().zeroize();
            tampered()
        })?;
        Ok(SecretString::from(text))
    }

    fn other_key(&self, handle: &Handle, sealed_with: &[u8]) -> SealError {
        SealError::OtherKey {
            handle: handle.clone(),
            sealed_with: hex::encode(sealed_with),
            held: hex::encode(self.key_id),
        }
    }
}

/// Its key is made from the sealing key, and is no help in finding that.
fn fingerprints(key: &SealingKey) -> Hmac<Sha256> {
    let hmac = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    let own = hmac(key.expose())
        .chain_update(b"shipslog/fingerprints")
        .finalize();
    hmac(&own.into_bytes())
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], SealError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(SealError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find_handles;

    fn sealer() -> Sealer {
        Sealer::new(&SealingKey::random().unwrap())
    }

    fn sealed(sealer: &Sealer) -> SealedValue {
        sealer.seal(&SecretString::from("hunter2")).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_again_and_each_sealing_has_its_own_handle() {
        let sealer = sealer();
        let (one, other) = (sealed(&sealer), sealed(&sealer));
        assert_eq!(sealer.open(&one).unwrap().expose_secret(), "hunter2");
        assert_ne!(one, other);
        assert_eq!(find_handles(one.handle.as_str()), [one.handle]);
    }

    #[test]
    fn another_key_is_told_apart_and_named_with_the_remedy() {
        let value = sealed(&sealer());
        let refused = sealer().open(&value).unwrap_err();
        assert!(matches!(refused, SealError::OtherKey { .. }));
        let text = refused.to_string();
        assert!(
            text.contains(value.handle.as_str()) && text.contains("SHIPSLOG_SEALING_KEY_FILE"),
            "{text}"
        );
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let sealer = sealer();
        let value = sealed(&sealer);
        for at in 0..value.sealed.len() {
            let mut edited = value.clone();
            edited.sealed[at] ^= 1;
            assert!(sealer.open(&edited).is_err(), "byte {at}");
            let cut = SealedValue {
                handle: value.handle.clone(),
                sealed: value.sealed[..at].to_vec(),
            };
            assert!(
                matches!(sealer.open(&cut), Err(SealError::Tampered { .. })),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn a_value_moved_to_another_handle_does_not_open() {
        let sealer = sealer();
        let moved = SealedValue {
            handle: sealed(&sealer).handle,
            sealed: sealed(&sealer).sealed,
        };
        let refused = sealer.open(&moved).unwrap_err();
        assert_eq!(
            refused,
            SealError::Tampered {
                handle: moved.handle.clone()
            }
        );
        assert!(!refused.to_string().contains("hunter2"));
    }
}
