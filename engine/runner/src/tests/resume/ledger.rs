//! What survives a crash: entries that were made durable, events and lines once each, sealed values that something
//! durable names. Everything outside goes past a fuse, which a test lets blow anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use shipslog_events::event::object::{ObjectReference, Removal};
use shipslog_events::ids::Handle;
use tokio::sync::Notify;

use crate::testing::handle;
use crate::testing::lane::{as_told, held, here};
use crate::{Entry, Gone, Listener, NotRead, NotRecorded, SecretStore, SecretStoreError, Told};

/// The moment of a crash, counted in places where something outside could be seen.
pub(super) struct Fuse {
    left: AtomicUsize,
    is_blown: AtomicBool,
    blown: Notify,
}

impl Fuse {
    pub(super) fn new(left: usize) -> Self {
        Self {
            left: AtomicUsize::new(left),
            is_blown: AtomicBool::new(false),
            blown: Notify::new(),
        }
    }

    /// Nothing comes after the place at which it blows.
    pub(super) async fn pass(&self) {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            self.is_blown.store(true, Ordering::Relaxed);
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
        self.left.store(left - 1, Ordering::Relaxed);
    }

    pub(super) async fn blown(&self) {
        self.blown.notified().await;
    }

    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

/// The log of one attempt over all its lives.
#[derive(Default)]
pub(super) struct Ledger {
    fuse: Mutex<Option<Arc<Fuse>>>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    entries: Vec<(Vec<u8>, Vec<Handle>)>,
    durable: usize,
    /// By call and fact, as the log has them once.
    events: Vec<(u64, String)>,
    lines: BTreeMap<u64, String>,
    values: BTreeMap<Handle, String>,
    named: BTreeSet<Handle>,
    next: u64,
    /// What was told of objects, with how many entries are durable when it is.
    objects: Vec<(usize, u64, Told)>,
    /// In this life.
    knows_cluster: bool,
}

impl Ledger {
    pub(super) fn with_secret(value: &str) -> Arc<Self> {
        let ledger = Self::default();
        ledger.book().values.insert(handle(1), value.to_owned());
        ledger.book().named.insert(handle(1));
        Arc::new(ledger)
    }

    /// From now on things go past this fuse.
    pub(super) fn lives_until(&self, fuse: Arc<Fuse>) {
        *self.fuse.lock().unwrap() = Some(fuse);
    }

    pub(super) async fn pass(&self) {
        let fuse = self.fuse.lock().unwrap().clone();
        if let Some(fuse) = fuse {
            fuse.pass().await;
        }
    }

    /// What is durable stays; all entries, or those that were made so.
    pub(super) fn crash(&self, all: bool) {
        let mut book = self.book();
        if all {
            book.durable = book.entries.len();
        }
        let durable = book.durable;
        book.entries.truncate(durable);
        book.objects.retain(|(with, ..)| *with <= durable);
        book.knows_cluster = false;
        let kept: BTreeSet<Handle> = book.entries.iter().flat_map(|it| it.1.clone()).collect();
        let Book { values, named, .. } = &mut *book;
        values.retain(|it, _| kept.contains(it) || named.contains(it));
    }

    /// Nothing is seen outside while an entry before it is not durable.
    pub(super) fn assert_durable(&self, before: &str) {
        let book = self.book();
        assert_eq!(book.durable, book.entries.len(), "not durable before {before}");
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let book = self.book();
        book.entries
            .iter()
            .map(|it| Entry::decode(&it.0).unwrap())
            .collect()
    }

    /// Events in order, then lines in order.
    pub(super) fn told(&self) -> Vec<String> {
        let book = self.book();
        let events = book.events.iter().map(|(index, it)| format!("{index} {it}"));
        let lines = book.lines.iter().map(|(index, it)| format!("{index} log {it}"));
        events.chain(lines).collect()
    }

    /// What was told of objects over all lives, each call's once.
    pub(super) fn objects(&self) -> Vec<(u64, Told)> {
        let book = self.book();
        book.objects
            .iter()
            .map(|(_, call, told)| (*call, told.clone()))
            .collect()
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }
}

#[async_trait]
impl Listener for Ledger {
    async fn journal(&self) -> Result<Vec<Vec<u8>>, NotRead> {
        Ok(self.book().entries.iter().map(|it| it.0.clone()).collect())
    }

    fn keep(&self, entry: Vec<u8>, minted: Vec<Handle>) -> bool {
        self.book().entries.push((entry, minted));
        false
    }

    async fn settle(&self) -> Result<(), NotRecorded> {
        self.pass().await;
        let mut book = self.book();
        book.durable = book.entries.len();
        Ok(())
    }

    async fn fact(&self, index: u64, fact: String) {
        self.pass().await;
        {
            let mut book = self.book();
            book.durable = book.entries.len();
            let event = (index, fact);
            if !book.events.contains(&event) {
                book.events.push(event);
            }
        }
        self.pass().await;
    }

    fn knows(&self) -> bool {
        self.book().knows_cluster
    }

    fn recognised(&self) {
        self.book().knows_cluster = true;
    }

    fn object(&self, call: u64, mut told: Told) {
        // In the log the first stands: a call that announces itself again does not show again what it found.
        if let Told::Intended(intended) = &mut told {
            intended.found = None;
        }
        let mut book = self.book();
        assert!(book.knows_cluster, "{told:?} in which cluster?");
        let with = match &told {
            Told::Intended(_) | Told::Removed(..) => book.entries.len(),
            Told::Written(_) | Told::Deleted(..) | Told::Refused(_) => book.entries.len() + 1,
        };
        if !book
            .objects
            .iter()
            .any(|(_, its, other)| (*its, other) == (call, &told))
        {
            book.objects.push((with, call, told));
        }
    }

    fn gone(&self, call: u64, object: &ObjectReference, gone: Gone<'_>) -> Option<Removal> {
        let removal = held(&self.objects()).removal(&as_told(call, object), gone.uid, gone.before);
        removal.map(|(removal, _)| removal)
    }

    fn waits_for(&self, object: &ObjectReference) -> Option<String> {
        held(&self.objects()).awaits_end(&here(object)).map(str::to_owned)
    }

    fn names(&self, handle: &Handle) {
        self.book().named.insert(handle.clone());
    }

    async fn line(&self, call: u64, line: String) {
        self.assert_durable("a line of the log");
        self.pass().await;
        let first = self.book().lines.entry(call).or_insert(line.clone()).clone();
        assert_eq!(line, first, "another line for call {call}");
    }
}

#[async_trait]
impl SecretStore for Ledger {
    async fn open(&self, handle: &Handle) -> Result<SecretString, SecretStoreError> {
        let value = self.book().values.get(handle).cloned();
        value.map(SecretString::from).ok_or(SecretStoreError::Unknown)
    }

    async fn seal(&self, value: &SecretString) -> Result<Handle, SecretStoreError> {
        let mut book = self.book();
        book.next += 1;
        let digits: String = format!("{:052}", book.next)
            .chars()
            .map(|it| char::from(b'c' + it.to_digit(10).unwrap().to_le_bytes()[0]))
            .collect();
        let minted = Handle::new(format!("shipslog-handle-{digits}"));
        book.values
            .insert(minted.clone(), value.expose_secret().to_owned());
        Ok(minted)
    }

    fn fingerprint(&self, value: &[u8]) -> [u8; 32] {
        Sha256::digest(value).into()
    }
}
