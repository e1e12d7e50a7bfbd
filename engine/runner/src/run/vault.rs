//! The secrets of one run: which handles it may use, what they open to, and what must never be seen in a text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use shipslog_events::ids::Handle;
use shipslog_sealing::{Redactor, find_handles, replace_handles};

use super::traces::Traces;
use crate::journal::Trace;
use crate::ports::{SecretStore, SecretStoreError};

/// Handles come in through the frozen inputs and variables, or are minted by the run itself; no other one opens.
pub(crate) struct Vault {
    store: Arc<dyn SecretStore>,
    known: Mutex<Known>,
    traces: Arc<Traces>,
}

#[derive(Default)]
struct Known {
    handles: BTreeSet<Handle>,
    /// Those whose value is the base64 of bytes that are no text.
    binary: BTreeSet<Handle>,
    /// Those whose value was in hand.
    opened: BTreeSet<Handle>,
    /// By what was sealed: the same value of the same place is minted once.
    minted: BTreeMap<[u8; 32], Handle>,
    redactor: Redactor,
    hidden: Used,
    sealed: Used,
}

/// How many values there are, and their bytes.
#[derive(Default)]
struct Used {
    values: BTreeSet<[u8; 32]>,
    bytes: usize,
}

/// Each value that a run has in hand is looked for in every text that leaves it, in all its forms.
const HIDDEN: (usize, usize) = (500, 2 << 20);
const TOO_MANY_HIDDEN: Misuse = Misuse("it had more than 500 sensitive values in hand, or 2 MiB of them");
/// What a run may seal, as it does by reading Secrets and making composites.
const SEALED: (usize, usize) = (10_000, 16 << 20);
const TOO_MANY_SEALED: Misuse =
    Misuse("it read or made more than 10,000 sensitive values, or 16 MiB of them");
/// The largest text that values are put into.
const LARGEST: usize = 1 << 20;

impl Used {
    fn take(&mut self, identity: [u8; 32], bytes: usize, most: (usize, usize)) -> bool {
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

/// Why a text with handles could not be filled in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The guest's mistake: the handle is not this run's.
    NotGiven,
    /// The guest's mistake: bytes that are no text cannot stand inside one.
    NotText,
    /// Our failure.
    Failed(wasmtime::Error),
}

/// The guest used a function in a way for which the contract has no error.
#[derive(Debug, thiserror::Error)]
#[error("the step was stopped: {0}")]
pub(crate) struct Misuse(pub(crate) &'static str);

impl Vault {
    pub(crate) fn new(
        store: Arc<dyn SecretStore>,
        given: impl IntoIterator<Item = Handle>,
        traces: Arc<Traces>,
    ) -> Self {
        let known = Known {
            handles: given.into_iter().collect(),
            ..Known::default()
        };
        Self {
            store,
            known: Mutex::new(known),
            traces,
        }
    }

    pub(crate) fn is_known(&self, handle: &Handle) -> bool {
        self.with(|it| it.handles.contains(handle))
    }

    /// Whether the handle's value is no text, so that it can only be the whole value of a Secret's key.
    pub(crate) fn is_binary(&self, handle: &Handle) -> bool {
        self.with(|it| it.binary.contains(handle))
    }

    /// The text without any value that this run has had in hand.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.with(|it| it.redactor.redact(text))
    }

    /// Whether a value that this run has had in hand stands in the text, and not by chance.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.with(|it| it.redactor.shows(text))
    }

    /// The start of the text without any such value; only that is looked at.
    pub(crate) fn redact_start(&self, text: &str, bytes: usize) -> String {
        self.with(|it| it.redactor.redact_start(text, bytes))
    }

    /// Puts the values in. The answer is for the API server, never for the guest.
    pub(crate) async fn fill(&self, text: &str) -> Result<SecretString, Refused> {
        if text.len() > LARGEST {
            let misuse = Misuse("it put sensitive values into a text of more than 1 MiB");
            return Err(Refused::Failed(misuse.into()));
        }
        let mut values = BTreeMap::new();
        for handle in find_handles(text) {
            if self.is_binary(&handle) {
                return Err(Refused::NotText);
            }
            let value = self.open(&handle).await?;
            values.insert(handle, value);
        }
        let filled = replace_handles(text, |it| {
            values.get(it).map(|value| value.expose_secret().to_owned())
        });
        Ok(SecretString::from(filled))
    }

    /// What the whole handle stands for.
    pub(crate) async fn bytes(&self, handle: &Handle) -> Result<Vec<u8>, Refused> {
        let value = self.open(handle).await?;
        bytes_of(&value, self.is_binary(handle)).map_err(Refused::Failed)
    }

    /// Whether nothing in the text would be blanked.
    pub(crate) fn is_clean(&self, text: &str) -> bool {
        self.redact(text) == text
    }

    /// A handle for these bytes, the same each time for the same bytes of the same place. Their text is not hidden: the
    /// guest does not have it, and Secrets hold words such as a namespace's name, which logs need.
    pub(crate) async fn seal(&self, place: &[&str], bytes: &[u8]) -> wasmtime::Result<Handle> {
        let key = identity(place, bytes);
        if let Some(handle) = self.with(|it| it.minted.get(&key).cloned()) {
            return Ok(handle);
        }
        if !self.with(|it| it.sealed.take(key, bytes.len(), SEALED)) {
            return Err(TOO_MANY_SEALED.into());
        }
        let handle = self.store.seal(&sealed_form(bytes)).await?;
        let binary = std::str::from_utf8(bytes).is_err();
        self.with(|it| it.minted(key, &handle, binary));
        self.traces.leave(Trace::Minted {
            handle: handle.clone(),
            place: place.iter().map(ToString::to_string).collect(),
            binary,
        });
        Ok(handle)
    }

    /// As `seal`, for bytes that the guest gets to see: no text that leaves the run may show them.
    pub(crate) async fn reveal(&self, place: &[&str], bytes: &[u8]) -> wasmtime::Result<Handle> {
        let handle = self.seal(place, bytes).await?;
        self.hide(&handle, &sealed_form(bytes))?;
        Ok(handle)
    }

    /// Seals a text for the journal alone.
    pub(crate) async fn keep(&self, text: &str) -> wasmtime::Result<Handle> {
        let handle = self.store.seal(&SecretString::from(text)).await?;
        self.traces.mint(handle.clone());
        Ok(handle)
    }

    /// A text that was sealed for the journal.
    pub(crate) async fn kept(&self, handle: &Handle) -> wasmtime::Result<SecretString> {
        Ok(self.store.open(handle).await?)
    }

    /// Has again what the trace says.
    pub(crate) async fn retrace(&self, trace: &Trace) -> wasmtime::Result<()> {
        match trace {
            Trace::Minted {
                handle,
                place,
                binary,
            } => {
                let value = self.store.open(handle).await?;
                let place: Vec<&str> = place.iter().map(String::as_str).collect();
                let bytes = bytes_of(&value, *binary)?;
                let key = identity(&place, &bytes);
                self.with(|it| {
                    it.sealed.take(key, bytes.len(), SEALED);
                    it.minted(key, handle, *binary);
                });
            }
            Trace::Opened(handle) => {
                // The journal has this trace already.
                self.blank(handle, &self.store.open(handle).await?)?;
            }
            Trace::Denied { .. }
            | Trace::Intended(_)
            | Trace::Deleting(_)
            | Trace::Gone(_)
            | Trace::OutcomeUnknown
            | Trace::Drawn(_) => {}
        }
        Ok(())
    }

    /// Never to be seen in a text from now on.
    pub(crate) fn hide(&self, handle: &Handle, value: &SecretString) -> wasmtime::Result<()> {
        if self.blank(handle, value)? {
            self.traces.leave(Trace::Opened(handle.clone()));
        }
        Ok(())
    }

    /// Whether it is the first time. Bytes that are no text are seen as base64, or as the text that is left of them.
    fn blank(&self, handle: &Handle, value: &SecretString) -> wasmtime::Result<bool> {
        let bytes = value.expose_secret().as_bytes();
        self.with(|it| {
            if !it.hidden.take(identity(&[], bytes), bytes.len(), HIDDEN) {
                return Err(TOO_MANY_HIDDEN.into());
            }
            it.redactor.add(value);
            if let (true, Ok(bytes)) = (it.binary.contains(handle), bytes_of(value, true)) {
                it.redactor.add(&String::from_utf8_lossy(&bytes).as_ref().into());
            }
            Ok(it.opened.insert(handle.clone()))
        })
    }

    async fn open(&self, handle: &Handle) -> Result<SecretString, Refused> {
        if !self.is_known(handle) {
            return Err(Refused::NotGiven);
        }
        match self.store.open(handle).await {
            Ok(value) => {
                self.hide(handle, &value).map_err(Refused::Failed)?;
                Ok(value)
            }
            Err(SecretStoreError::Unknown) => Err(Refused::NotGiven),
            Err(error @ SecretStoreError::Failed(_)) => Err(Refused::Failed(error.into())),
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    fn minted(&mut self, key: [u8; 32], handle: &Handle, binary: bool) {
        self.handles.insert(handle.clone());
        if binary {
            self.binary.insert(handle.clone());
        }
        self.minted.insert(key, handle.clone());
    }
}

/// As a value is sealed.
fn sealed_form(bytes: &[u8]) -> SecretString {
    let text = std::str::from_utf8(bytes);
    SecretString::from(text.map_or_else(|_| STANDARD.encode(bytes), str::to_owned))
}

/// What a sealed value stands for.
fn bytes_of(value: &SecretString, binary: bool) -> wasmtime::Result<Vec<u8>> {
    if binary {
        Ok(STANDARD.decode(value.expose_secret())?)
    } else {
        Ok(value.expose_secret().as_bytes().to_vec())
    }
}

fn identity(place: &[&str], bytes: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in place.iter().map(|it| it.as_bytes()).chain([bytes]) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Sealed, handle};

    fn vault() -> (Arc<Sealed>, Vault) {
        let store = Arc::new(Sealed::with([(1, "first secret"), (2, "second secret")]));
        (Arc::clone(&store), Vault::new(store, [handle(1)], Arc::default()))
    }

    #[tokio::test]
    async fn a_given_handle_is_filled_in_wherever_it_stands_and_its_value_is_hidden_from_then_on() {
        let (_, vault) = vault();
        assert_eq!(vault.redact("the first secret"), "the first secret");
        let filled = vault.fill(&format!("user:{}@host", handle(1))).await.unwrap();
        assert_eq!(filled.expose_secret(), "user:first secret@host");
        assert!(!vault.redact("the first secret").contains("first secret"));
        let encoded = STANDARD.encode("first secret");
        assert!(!vault.redact(&encoded).contains(&encoded));
        assert_eq!(
            vault.redact(&format!("a {}", handle(1))),
            format!("a {}", handle(1)),
            "a handle is no secret"
        );
    }

    #[tokio::test]
    async fn a_handle_that_was_not_given_does_not_open_although_the_store_has_it() {
        let (_, vault) = vault();
        assert!(matches!(
            vault.fill(handle(2).as_str()).await,
            Err(Refused::NotGiven)
        ));
        assert!(matches!(vault.bytes(&handle(2)).await, Err(Refused::NotGiven)));
    }

    #[tokio::test]
    async fn the_same_value_of_the_same_place_is_minted_once() {
        let (store, vault) = vault();
        let one = vault.seal(&["uid", "token"], b"value").await.unwrap();
        assert_eq!(vault.seal(&["uid", "token"], b"value").await.unwrap(), one);
        assert_ne!(vault.seal(&["uid", "other"], b"value").await.unwrap(), one);
        assert_ne!(vault.seal(&["uid", "token"], b"another").await.unwrap(), one);
        assert_eq!(store.minted(), 3);
        assert_eq!(vault.fill(one.as_str()).await.unwrap().expose_secret(), "value");
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_come_back_whole_and_nowhere_else() {
        let (_, vault) = vault();
        let handle = vault.seal(&["uid", "key"], &[0xff, 0, 1]).await.unwrap();
        assert_eq!(vault.bytes(&handle).await.unwrap(), [0xff, 0, 1]);
        assert!(matches!(vault.fill(handle.as_str()).await, Err(Refused::NotText)));
    }

    #[tokio::test]
    async fn there_is_a_bound_to_what_a_run_has_in_hand() {
        let (_, vault) = vault();
        let hide = |text: String| vault.hide(&handle(1), &SecretString::from(text));
        for number in 0..500 {
            hide(format!("value-{number}")).unwrap();
        }
        hide("value-7".to_owned()).unwrap();
        let stopped = hide("another".to_owned()).unwrap_err().to_string();
        assert_eq!(
            stopped,
            "the step was stopped: it had more than 500 sensitive values in hand, or 2 MiB of them"
        );
        let large = "x".repeat(2 << 20);
        assert!(matches!(vault.fill(&large).await, Err(Refused::Failed(_))));
        let block = vec![0; 6 << 20];
        vault.seal(&["a"], &block).await.unwrap();
        vault.seal(&["b"], &block).await.unwrap();
        let stopped = vault.seal(&["c"], &block).await.unwrap_err().to_string();
        assert!(stopped.contains("16 MiB"), "{stopped}");
    }
}
