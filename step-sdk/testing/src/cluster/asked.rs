//! What callers ask of the cluster.

use serde_json::Value;
use shipslog_rights::{Need, needs};

use super::{Cluster, State};
use crate::script::Then;
use crate::store::Store;
use crate::{
    Applied, Apply, Change, Deleted, Evidence, Expectation, Guard, Kind, ObjectReference, Patch, Refusal,
    Selection, Waited,
};

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
    pub fn delete(&self, object: &ObjectReference, guard: &Guard, foreground: bool) -> Result<Deleted, E> {
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
        if let Some((object, it)) = state.meanwhile.pop_front().flatten() {
            let key = state.store.key(&object);
            state.store.put(&key, it);
        }
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
                if let Some(object) = object {
                    let key = state.store.key(object);
                    state.store.touch(&key);
                }
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
