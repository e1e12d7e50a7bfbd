//! What earlier deployments left and this one replaces: planned from the inventory, confirmed by what is read. Pure.

pub mod services;
pub mod uses;

use serde_json::Value;
use shipslog_step::context::Written;
use shipslog_step::kubernetes::ObjectReference;

use crate::kinds::{self, Role};
use crate::names::Names;
use crate::ownership;
use crate::situation::Situation;
use services::Services;

/// What Kubernetes gives a pod to end where nothing is said.
const DEFAULT_GRACE: u32 = 30;

/// What earlier deployments left, in the order in which it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Old {
    /// First, so that nothing uses the rest.
    pub workloads: Vec<ObjectReference>,
    /// ConfigMaps and Secrets.
    pub configs: Vec<ObjectReference>,
    /// Services that are not in the inputs any more. They stay, and so does what they select.
    pub services: Vec<ObjectReference>,
    /// What this step does not remove, and why.
    pub left: Vec<String>,
}

/// Sorts the inventory, without what this deployment has itself.
pub fn plan(inventory: Vec<Written>, names: &Names, situation: &Situation) -> Old {
    let mut old = Old::default();
    for Written { object, .. } in inventory {
        let object = without_own_namespace(object, situation);
        if object.namespace.is_some() {
            old.left
                .push(format!("{object}, because the target has another namespace now"));
        } else if !is_own(&object, names) {
            old.sort(object);
        }
    }
    old
}

impl Old {
    fn sort(&mut self, object: ObjectReference) {
        match kinds::of(&object).map(|it| it.role) {
            Some(Role::Workload) => self.workloads.push(object),
            Some(Role::Configuration) => self.configs.push(object),
            Some(Role::Traffic) => self.services.push(object),
            None => self.left.push(format!(
                "{object}, because this step does not write its kind any more"
            )),
        }
    }
}

/// Calls mean the target's own namespace where none is given.
fn without_own_namespace(object: ObjectReference, situation: &Situation) -> ObjectReference {
    let namespace = object
        .namespace
        .clone()
        .filter(|it| Some(it) != situation.namespace.as_ref());
    ObjectReference { namespace, ..object }
}

fn is_own(object: &ObjectReference, names: &Names) -> bool {
    let own = kinds::of(object).and_then(|it| names.of(&it).cloned());
    own.is_some_and(|it| it.name == object.name)
}

/// What becomes of one object of the old set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Delete the one with this UID.
    Delete {
        /// Of what was read.
        uid: String,
        /// How long its pods may take to end.
        grace: u32,
    },
    /// Leave it; why.
    Keep(String),
}

/// Judges an old Deployment by what it is now and what the Services select now.
pub fn workload(
    object: &ObjectReference,
    live: &Value,
    services: &Services,
    situation: &Situation,
) -> Verdict {
    match services.need(live) {
        Some(why) => Verdict::Keep(format!("{object}, because {why}")),
        None => confirmed(object, live, situation),
    }
}

/// Judges an old ConfigMap or Secret by what still uses it.
pub fn config(object: &ObjectReference, live: &Value, users: &uses::Uses, situation: &Situation) -> Verdict {
    match users.of(&object.kind, &object.name) {
        Some(user) => Verdict::Keep(format!("{object}, because {user} uses it")),
        None => confirmed(object, live, situation),
    }
}

/// The log says that it was ours; the labels have to say so too.
fn confirmed(object: &ObjectReference, live: &Value, situation: &Situation) -> Verdict {
    if !ownership::is_ours(live, situation) {
        return Verdict::Keep(format!(
            "{object}, because its labels say that it is not this step's any more"
        ));
    }
    Verdict::Delete {
        uid: live
            .pointer("/metadata/uid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        grace: grace(live),
    }
}

/// How long the pods of a Deployment may take to end.
pub fn grace(deployment: &Value) -> u32 {
    let own = deployment
        .pointer("/spec/template/spec/terminationGracePeriodSeconds")
        .and_then(Value::as_u64);
    own.and_then(|it| it.try_into().ok()).unwrap_or(DEFAULT_GRACE)
}

#[cfg(test)]
mod tests;
