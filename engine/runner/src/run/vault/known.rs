//! What a vault remembers of values and their handles.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use shipslog_events::ids::Handle;
use shipslog_sealing::Redactor;

/// All of it. One lock holds it, and nothing waits under that.
#[derive(Default)]
pub(super) struct Known {
    pub(super) handles: BTreeSet<Handle>,
    /// Those whose value is the base64 of bytes that are no text.
    pub(super) binary: BTreeSet<Handle>,
    /// Those whose value was in hand.
    pub(super) opened: BTreeSet<Handle>,
    /// By what was sealed: the same value of the same place is minted once.
    pub(super) minted: BTreeMap<[u8; 32], Handle>,
    pub(super) redactor: Redactor,
    pub(super) hidden: Used,
    pub(super) sealed: Used,
}

/// How many values there are, and their bytes.
#[derive(Default)]
pub(super) struct Used {
    values: BTreeSet<[u8; 32]>,
    bytes: usize,
}

impl Used {
    /// Whether there is room for this value; one that is counted already takes none.
    pub(super) fn take(&mut self, identity: [u8; 32], bytes: usize, most: (usize, usize)) -> bool {
        if self.values.contains(&identity) {
            return true;
        }
        let fits = self.values.len() < most.0 && self.bytes + bytes <= most.1;
        if fits {
            self.values.insert(identity);
            self.bytes += bytes;
        }
        fits
    }
}

impl Known {
    /// The run has a new handle of its own.
    pub(super) fn minted(&mut self, key: [u8; 32], handle: &Handle, binary: bool) {
        self.handles.insert(handle.clone());
        if binary {
            self.binary.insert(handle.clone());
        }
        self.minted.insert(key, handle.clone());
    }
}

/// As a value is sealed.
pub(super) fn sealed_form(bytes: &[u8]) -> SecretString {
    let text = std::str::from_utf8(bytes);
    SecretString::from(text.map_or_else(|_| STANDARD.encode(bytes), str::to_owned))
}

/// What a sealed value stands for.
pub(super) fn bytes_of(value: &SecretString, binary: bool) -> wasmtime::Result<Vec<u8>> {
    if binary {
        Ok(STANDARD.decode(value.expose_secret())?)
    } else {
        Ok(value.expose_secret().as_bytes().to_vec())
    }
}

/// The same for the same bytes of the same place.
pub(super) fn identity(place: &[&str], bytes: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in place.iter().map(|it| it.as_bytes()).chain([bytes]) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
