//! Where this run stands.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::imports;
use crate::kubernetes::ObjectReference;

/// The project's name.
pub fn project() -> String {
    imports::context::project()
}

/// The environment's name.
pub fn environment() -> String {
    imports::context::environment()
}

/// The release's version.
pub fn release() -> String {
    imports::context::release()
}

/// As `deployments-841`: names derived from it make every write repeatable.
pub fn deployment() -> String {
    imports::context::deployment()
}

/// The step's name in the project's process.
pub fn step() -> String {
    imports::context::step()
}

/// The target's name.
pub fn target() -> String {
    imports::context::target()
}

/// The target's namespace, or nothing where it has none: then every namespaced object must name one.
pub fn namespace() -> Option<String> {
    imports::context::namespace()
}

/// Which run of this step on this target it is, from 1.
pub fn attempt() -> u32 {
    imports::context::attempt()
}

/// Labels to put on everything the step makes; see [`owner::mark`](crate::owner::mark).
pub fn labels() -> BTreeMap<String, String> {
    imports::context::labels().into_iter().collect()
}

/// Annotations to put on everything the step makes.
pub fn annotations() -> BTreeMap<String, String> {
    imports::context::annotations().into_iter().collect()
}

/// An object that an earlier deployment wrote, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Written {
    /// The object, as the log knows it.
    #[serde(flatten)]
    pub object: ObjectReference,
    /// As `deployments-840`: who wrote it.
    pub deployment: String,
}

/// Objects that earlier deployments of this step wrote here and that still exist, as the log has them.
pub fn inventory() -> Vec<Written> {
    imports::context::inventory()
        .iter()
        .map(|it| serde_json::from_str(it).expect("the host writes an inventory as the contract says"))
        .collect()
}

/// Objects of earlier deployments that are not among those that this one writes.
pub fn left_behind(written: &[ObjectReference]) -> Vec<Written> {
    let own = namespace();
    let is = |old: &ObjectReference, new: &ObjectReference| {
        let namespace = new.namespace.as_ref().or(own.as_ref());
        (&old.group, &old.kind, &old.name) == (&new.group, &new.kind, &new.name)
            && (old.namespace.is_none() || old.namespace.as_ref() == namespace)
    };
    let mut behind = inventory();
    behind.retain(|it| !written.iter().any(|new| is(&it.object, new)));
    behind
}
