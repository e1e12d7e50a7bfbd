//! A server with one object that remembers what was done to it.

use serde_json::{Value, json};

use super::fault::Fault;
use super::{A, CONFIG_MAPS, DEPLOYMENT, LOG, PODS, REVIEWS};
use crate::fake::{Reply, Seen};

pub(super) struct World {
    version: u64,
    /// Of the object's only key; nothing once it is deleted.
    value: Option<String>,
    /// How often it was changed.
    pub(super) effects: usize,
    /// A write was sent of which the client cannot know what became, and it has not looked since.
    doubt: bool,
    /// Whether one was sent again in doubt.
    pub(super) blindly: bool,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            version: 1,
            value: Some("old".to_owned()),
            effects: 0,
            doubt: false,
            blindly: false,
        }
    }

    /// The answer to the request that the fault is about.
    pub(super) fn suffer(&mut self, call: &Seen, nth: usize, fault: Fault) -> Option<Reply> {
        self.blindly |= self.doubt;
        if !fault.is_at(nth) {
            self.doubt = false;
            return self.answer(call);
        }
        self.doubt = fault.leaves_doubt();
        let heard = if fault.is_heard() { self.answer(call) } else { None };
        Some(fault.reply(heard))
    }

    /// As a sound server answers.
    pub(super) fn answer(&mut self, call: &Seen) -> Option<Reply> {
        Some(match (call.method.as_str(), call.path.as_str()) {
            ("GET", A) => {
                self.doubt = false;
                self.object().map_or_else(missing, good)
            }
            ("PATCH", A) => self.patch(call),
            ("DELETE", A) => self.delete(call),
            ("GET", CONFIG_MAPS) if call.is_watch() => {
                Reply::Watch(vec![json!({"type": "DELETED", "object": self.object()})])
            }
            ("GET", CONFIG_MAPS) => {
                good(json!({"metadata": {"resourceVersion": "1"}, "items": [self.object()]}))
            }
            ("GET", DEPLOYMENT) => good(json!({"kind": "Deployment", "metadata": {"name": "a", "uid": "d"}})),
            ("GET", PODS) => good(json!({"items": []})),
            ("GET", LOG) => good(json!("a line")),
            ("POST", REVIEWS) => good(json!({"status": {"allowed": true}})),
            _ => return None,
        })
    }

    fn object(&self) -> Option<Value> {
        let value = self.value.as_ref()?;
        Some(
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": value},
            "metadata": {"name": "a", "namespace": "web", "uid": "u", "resourceVersion": self.version.to_string()}}),
        )
    }

    /// An apply and a merge set the value, a JSON patch adds to it, so that a second one shows.
    fn patch(&mut self, call: &Seen) -> Reply {
        let Some(old) = self.value.clone() else {
            return missing();
        };
        let (version, value) = match call.body.as_array() {
            Some(operations) => (version_of(operations), format!("{old}+new")),
            None => (call.body["metadata"]["resourceVersion"].clone(), "new".to_owned()),
        };
        if !self.admits(&version) {
            return conflict();
        }
        let before = (self.version, self.value.clone(), self.effects);
        if old != value {
            self.changes(Some(value));
        }
        let answer = good(self.object().unwrap());
        if call.is_dry_run() {
            (self.version, self.value, self.effects) = before;
        }
        answer
    }

    fn delete(&mut self, call: &Seen) -> Reply {
        if self.value.is_none() {
            return missing();
        }
        if !self.admits(&call.body["preconditions"]["resourceVersion"]) {
            return conflict();
        }
        self.changes(None);
        good(json!({"kind": "Status"}))
    }

    fn admits(&self, version: &Value) -> bool {
        version.as_str().is_none_or(|it| it == self.version.to_string())
    }

    fn changes(&mut self, value: Option<String>) {
        self.value = value;
        self.version += 1;
        self.effects += 1;
    }
}

fn version_of(operations: &[Value]) -> Value {
    let guard = operations
        .iter()
        .find(|it| it["path"] == "/metadata/resourceVersion");
    guard.map_or(Value::Null, |it| it["value"].clone())
}

fn good(body: Value) -> Reply {
    Reply::Json(200, body)
}

fn missing() -> Reply {
    Reply::Json(404, json!({"message": "not found"}))
}

fn conflict() -> Reply {
    Reply::Json(409, json!({"message": "the object has been modified"}))
}
