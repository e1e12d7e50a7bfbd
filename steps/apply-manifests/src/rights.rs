//! What these objects need, and what any could.

use shipslog_step::kubernetes::{ObjectReference, needs};
use shipslog_step::{Capability, Verb};

use crate::inputs::Inputs;
use crate::objects;

/// Kinds whose health says more than that they exist.
const WITH_HEALTH: [(&str, &str); 7] = [
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("batch", "Job"),
    ("", "Pod"),
    ("", "PersistentVolumeClaim"),
];

/// Anything that there is.
pub fn widest() -> Vec<Capability> {
    let verbs = [
        Verb::Get,
        Verb::List,
        Verb::Watch,
        Verb::Apply,
        Verb::Force,
        Verb::Logs,
    ];
    vec![Capability::new(verbs, "*", "*").in_namespace("*")]
}

/// Exactly what applying these objects needs, and waiting for them.
pub fn needed(inputs: &Inputs) -> Vec<Capability> {
    let force = inputs.adopt.then_some(Verb::Force);
    let placed = objects::placed(inputs);
    let references = placed
        .iter()
        .filter_map(|it| ObjectReference::of(&it.object).ok());
    Capability::merged(references.flat_map(|it| {
        let mut rights = vec![needs::on(&it, [Verb::Get, Verb::Apply].into_iter().chain(force))];
        if objects::is_definition(&it) || (inputs.wait && has_health(&it)) {
            rights.extend(needs::healthy(&it));
        }
        rights
    }))
}

/// Whether waiting for it makes sense.
pub fn has_health(object: &ObjectReference) -> bool {
    WITH_HEALTH.contains(&(object.group.as_str(), object.kind.as_str()))
}
