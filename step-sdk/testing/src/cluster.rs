//! The cluster: what a test says of it.

mod asked;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::access::{Access, Allowed};
use crate::script::{Script, Then};
use crate::store::Store;
use crate::{ObjectReference, Refusal, Waited, kinds};

/// A cluster in memory, whose calls fail with an `E`. Clones are the same cluster.
pub struct Cluster<E>(Arc<Mutex<State<E>>>);

#[derive(Debug)]
struct State<E> {
    store: Store,
    script: Script<E>,
    access: Access,
    /// What containers wrote.
    logs: Vec<String>,
    /// How the next waits end.
    waits: VecDeque<Waited>,
    /// What the next waits see written by others.
    meanwhile: VecDeque<Option<(ObjectReference, Value)>>,
    /// The data that the token controller fills in.
    tokens: Option<Value>,
}

/// What a test says of the cluster.
impl<E: From<Refusal> + Clone> Cluster<E> {
    /// An empty cluster, in which an object without a namespace is in this one.
    pub fn new(namespace: &str) -> Self {
        Self::with(Store::new(Some(namespace)))
    }

    /// An empty cluster without a namespace of its own.
    pub fn without_namespace() -> Self {
        Self::with(Store::new(None))
    }

    /// From now on an object without a namespace is in this one.
    pub fn set_namespace(&self, namespace: &str) {
        self.state().store.set_own(namespace);
    }

    /// The namespace of objects without one.
    pub fn namespace(&self) -> Option<String> {
        self.state().store.own().map(str::to_owned)
    }

    /// Somebody else writes this object. UID and resource version are as it says, or as they were, or new.
    pub fn put(&self, object: &Value) {
        let reference = ObjectReference::of(object).expect("an object of a test says what it is");
        self.put_as(&reference, object.clone());
    }

    /// The same for an object of which only kind and name matter.
    pub fn put_named(&self, kind: &str, name: &str, object: Value) {
        self.put_as(&named(kind, name), object);
    }

    fn put_as(&self, reference: &ObjectReference, object: Value) {
        let mut state = self.state();
        let key = state.store.key(reference);
        state.store.put(&key, object);
    }

    /// An object comes to its end.
    pub fn remove(&self, kind: &str, name: &str) {
        let mut state = self.state();
        let key = state.store.key(&named(kind, name));
        state.store.remove(&key);
    }

    /// From now on what is deleted in the foreground stays until the test [removes](Self::remove) it.
    pub fn end_slowly(&self) {
        self.state().store.ends_slowly = true;
    }

    /// Containers write this.
    pub fn log(&self, line: &str) {
        self.state().logs.push(line.to_owned());
    }

    /// The next wait of which nothing is said yet ends so.
    pub fn end_wait(&self, waited: Waited) {
        self.state().waits.push_back(waited);
    }

    /// While somebody waits, after so many waits without it, this object is written.
    pub fn put_while_waiting(&self, waits: usize, object: &Value) {
        let reference = ObjectReference::of(object).expect("an object of a test says what it is");
        let mut state = self.state();
        state.meanwhile.extend(std::iter::repeat_n(None, waits));
        state.meanwhile.push_back(Some((reference, object.clone())));
    }

    /// While somebody waits, tokens of service accounts get this data.
    pub fn fill_tokens(&self, data: Value) {
        self.state().tokens = Some(data);
    }

    /// From now on the account may do this and nothing else.
    pub fn allow_only(&self, rules: Vec<Allowed>) {
        self.state().access = Access::only(rules);
    }

    /// Calls that begin so, as `apply Role` or `delete RoleBinding web/x`, are not done: so often, or always.
    pub fn refuse(&self, call: &str, error: E, times: Option<usize>) {
        self.state().script.add(call, Then::Refuse(error), times);
    }

    /// Calls that begin so are done, and the caller hears this instead of the answer: so often, or always.
    pub fn lose_answer(&self, call: &str, error: E, times: Option<usize>) {
        self.state().script.add(call, Then::LoseAnswer(error), times);
    }

    /// Somebody else writes the object, without another field, just before each of the next so many calls that begin so.
    pub fn interfere(&self, call: &str, times: usize) {
        self.state().script.add(call, Then::Interfere, Some(times));
    }

    /// Notes among the calls what happened beside them.
    pub fn note(&self, line: &str) {
        self.state().script.calls.push(line.to_owned());
    }

    /// Every call so far, as `apply ConfigMap web/greeting`.
    pub fn calls(&self) -> Vec<String> {
        self.state().script.calls.clone()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.state().script.calls.clear();
    }

    /// Every write of a caller that changed something, with what it said.
    pub fn changes(&self) -> Vec<String> {
        self.state().store.changes.clone()
    }

    /// The object of this kind and name, whatever its namespace.
    pub fn object(&self, kind: &str, name: &str) -> Option<Value> {
        let state = self.state();
        let mut objects = state.store.all().iter();
        let found = objects.find(|(key, _)| key.kind == kind && key.name == name);
        found.map(|(_, object)| object.clone())
    }

    /// All objects with their kinds and names, sorted by these.
    pub fn objects(&self) -> Vec<((String, String), Value)> {
        let state = self.state();
        let objects = state.store.all().iter();
        objects
            .map(|(key, it)| ((key.kind.clone(), key.name.clone()), it.clone()))
            .collect()
    }

    /// Who applies fields of an object.
    pub fn managers(&self, object: &ObjectReference) -> Vec<String> {
        let state = self.state();
        state.store.managers(&state.store.key(object))
    }

    fn with(store: Store) -> Self {
        Self(Arc::new(Mutex::new(State {
            store,
            script: Script::default(),
            access: Access::default(),
            logs: Vec::new(),
            waits: VecDeque::new(),
            meanwhile: VecDeque::new(),
            tokens: None,
        })))
    }

    /// A test that panicked elsewhere says so itself.
    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named(kind: &str, name: &str) -> ObjectReference {
    ObjectReference::new(kinds::api_version(kind), kind, name)
}

impl<E> Clone for Cluster<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Cluster<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").finish_non_exhaustive()
    }
}
