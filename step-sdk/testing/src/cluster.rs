//! The cluster: what a test says of it, and what callers ask of it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use shipslog_rights::{Need, needs};

use crate::access::{Access, Allowed};
use crate::script::{Script, Then};
use crate::store::Store;
use crate::{
    Applied, Apply, Change, Evidence, Expectation, Guard, Kind, ObjectReference, Patch, Refusal, Selection,
    Waited, kinds,
};

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
    /// The data that the token controller fills in.
    tokens: Option<Value>,
}

/// What a test says.
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
        self.put_as(&reference, object);
    }

    /// The same for an object of which only kind and name matter.
    pub fn put_named(&self, kind: &str, name: &str, object: &Value) {
        self.put_as(&named(kind, name), object);
    }

    fn put_as(&self, reference: &ObjectReference, object: &Value) {
        let mut state = self.state();
        let key = state.store.key(reference);
        state.store.put(key, object);
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
            tokens: None,
        })))
    }

    /// A test that panicked elsewhere says so itself.
    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What callers ask.
impl<E: From<Refusal> + Clone> Cluster<E> {
    /// A kind as it is served.
    pub fn kind(&self, kind: &str) -> Kind {
        Kind::of(kind)
    }

    /// Reads an object.
    pub fn get(&self, object: &ObjectReference) -> Result<Value, E> {
        self.call("get", object, needs::get(object), |it| it.get(object))
    }

    /// Reads all selected objects.
    pub fn list(&self, selection: &Selection) -> Result<Vec<Value>, E> {
        let needs = needs::list(selection);
        self.done(format!("list {}", selection.kind), None, needs, |it| {
            Ok(it.store.list(selection))
        })
    }

    /// Server-side apply.
    pub fn apply(&self, manifest: &Value, how: &Apply) -> Result<Applied, E> {
        let object = ObjectReference::required(manifest)?;
        let needs = needs::apply(&object, how.force);
        self.call("apply", &object, needs, |it| it.apply(manifest, how))
    }

    /// Any other patch.
    pub fn patch(&self, object: &ObjectReference, patch: &Patch<'_>) -> Result<Value, E> {
        self.call("patch", object, needs::patch(object), |it| {
            it.patch(object, patch)
        })
    }

    /// Deletes an object; in the foreground only after what it owns.
    pub fn delete(&self, object: &ObjectReference, guard: &Guard, foreground: bool) -> Result<(), E> {
        self.call("delete", object, needs::delete(object), |it| {
            it.delete(object, guard, foreground)
        })
    }

    /// What an apply would do; nothing where the object is so already.
    pub fn diff(&self, manifest: &Value, manager: &str) -> Result<Option<Change>, E> {
        let object = ObjectReference::required(manifest)?;
        self.call("diff", &object, needs::diff(&object), |it| {
            it.diff(manifest, manager)
        })
    }

    /// Waits: what goes is read from the objects, all else is as expected at once, unless the test says how it ends.
    pub fn wait(&self, expectations: &[Expectation]) -> Result<Waited, E> {
        for it in expectations {
            self.done(it.to_string(), None, it.needs(), |_| Ok(()))?;
        }
        let mut state = self.state();
        state.fill_tokens();
        let said = state.waits.pop_front();
        Ok(said.unwrap_or_else(|| state.judge(expectations)))
    }

    /// Whether the account may do it; verb and subresource as the API server knows them.
    pub fn can_i(&self, verb: &str, object: &ObjectReference, subresource: &str) -> Result<bool, E> {
        self.done(format!("can-i {verb} {object}"), None, Vec::new(), |it| {
            Ok(it.access.can(verb, subresource, object, it.store.own()))
        })
    }

    /// What containers wrote.
    pub fn logs(&self, pod: &ObjectReference) -> Result<Vec<String>, E> {
        self.done(format!("logs {pod}"), None, needs::logs(pod), |it| {
            Ok(it.logs.clone())
        })
    }

    /// Why an object is as it is.
    pub fn explain(&self, object: &ObjectReference) -> Result<Evidence, E> {
        let needs = needs::explain(object);
        self.done(format!("explain {object}"), None, needs, |it| {
            Ok(it.evidence(object))
        })
    }

    fn call<T>(
        &self,
        verb: &str,
        object: &ObjectReference,
        needs: Vec<Need>,
        work: impl FnOnce(&mut Store) -> Result<T, Refusal>,
    ) -> Result<T, E> {
        let call = format!("{verb} {object}");
        self.done(call, Some(object), needs, |it| work(&mut it.store))
    }

    /// The one way in: noted, allowed, and done unless the test has something happen to it.
    fn done<T>(
        &self,
        call: String,
        object: Option<&ObjectReference>,
        needs: Vec<Need>,
        work: impl FnOnce(&mut State<E>) -> Result<T, Refusal>,
    ) -> Result<T, E> {
        let mut state = self.state();
        let then = state.script.note(call);
        state.access.check(needs, state.store.own())?;
        match then {
            Some(Then::Refuse(error)) => return Err(error),
            Some(Then::LoseAnswer(error)) => return Err(work(&mut state).map_or_else(E::from, |_| error)),
            Some(Then::Interfere) => {
                let key = object.map(|it| state.store.key(it));
                key.iter().for_each(|it| state.store.touch(it));
            }
            None => {}
        }
        Ok(work(&mut state)?)
    }
}

impl<E> State<E> {
    fn judge(&self, expectations: &[Expectation]) -> Waited {
        let is_there = |object: &ObjectReference, uid: &Option<String>| {
            let found = self.store.find(&self.store.key(object));
            let same = |it: &Value| {
                uid.as_ref()
                    .is_none_or(|uid| it["metadata"]["uid"] == uid.as_str())
            };
            found.is_some_and(same)
        };
        let open: Vec<Evidence> = expectations
            .iter()
            .filter(|it| matches!(it, Expectation::Gone(object, uid) if is_there(object, uid)))
            .map(|it| self.evidence(it.object()))
            .collect();
        if open.is_empty() {
            Waited::Met
        } else {
            Waited::TimedOut(open)
        }
    }

    fn evidence(&self, object: &ObjectReference) -> Evidence {
        let nothing = || "nothing was seen".to_owned();
        Evidence {
            object: object.clone(),
            summary: if self.logs.is_empty() {
                nothing()
            } else {
                self.logs.join(" ")
            },
            events: self.logs.clone(),
            log_tail: self.logs.clone(),
        }
    }

    fn fill_tokens(&mut self) {
        let Some(data) = &self.tokens else { return };
        for object in self.store.all_mut() {
            if object["type"] == "kubernetes.io/service-account-token" {
                object["data"] = data.clone();
            }
        }
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
