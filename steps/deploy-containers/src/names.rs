//! Names of the objects: all of them follow from the inputs and the deployment, so that every write can be repeated.

use shipslog_step::kubernetes::ObjectReference;

use crate::role::Role;

/// What a base name may have: with `-deployments-` and eight digits it still fits a label.
pub const LONGEST_BASE: usize = 42;

/// One deployment's objects, as far as the inputs ask for them, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Names(Vec<(Role, ObjectReference)>);

impl Names {
    /// These, one of which is what runs the pods.
    pub(crate) fn in_order(objects: Vec<(Role, ObjectReference)>) -> Self {
        let names = Self(objects);
        // It is missed here, and not in the middle of a deployment.
        let _ = names.workload();
        names
    }

    /// Each of them, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ObjectReference> {
        self.0.iter().map(|(_, object)| object)
    }

    /// The objects of a role.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &ObjectReference> {
        let objects = self.0.iter().filter(move |(it, _)| *it == role);
        objects.map(|(_, object)| object)
    }

    /// What runs the pods.
    pub fn workload(&self) -> &ObjectReference {
        let workload = self.with(Role::Workload).next();
        workload.expect("inputs always name what runs the pods")
    }
}

/// Fits every deployment's.
pub const ANY_DEPLOYMENT: &str = "deployments-*";

/// As `httpd-deployments-841`.
pub fn suffixed(base: &str, deployment: &str) -> String {
    format!("{base}-{deployment}")
}
