//! What these objects need, and what any could.

use shipslog_step::kubernetes::{ObjectReference, needs};
use shipslog_step::{Capability, Verb};

use crate::inputs::Inputs;
use crate::objects;

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
    let placed = objects::placed(inputs);
    let references = placed
        .iter()
        .filter_map(|it| ObjectReference::of(&it.object).ok());
    let needs = references.flat_map(|it| {
        let mut needs = needs::get(&it);
        needs.extend(needs::apply(&it, inputs.adopt));
        if objects::is_definition(&it) || (inputs.wait && has_health(&it)) {
            needs.extend(needs::wait_healthy(&it));
        }
        needs
    });
    Capability::merged(Capability::of(needs))
}

/// Whether waiting for it makes sense: its health says more than that it exists.
pub fn has_health(object: &ObjectReference) -> bool {
    let more = [("", "Pod"), ("", "PersistentVolumeClaim")];
    object.runs_pods() || more.contains(&(object.group.as_str(), object.kind.as_str()))
}
