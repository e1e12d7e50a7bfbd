//! Names of the objects: all of them follow from the inputs and the deployment, so that every write can be repeated.

use shipslog_step::kubernetes::ObjectReference;

use crate::inputs::Inputs;
use crate::kinds::{self, Kind, Role};

/// What a base name may have: with `-deployments-` and eight digits it still fits a label.
pub const LONGEST_BASE: usize = 42;

/// One deployment's objects, as far as the inputs ask for them, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Names(Vec<(Role, ObjectReference)>);

impl Names {
    /// Names for a deployment such as `deployments-841`.
    pub fn new(inputs: &Inputs, deployment: &str) -> Self {
        let object = |kind: Kind| {
            let base = (kind.base)(inputs)?;
            let object = if kind.is_suffixed(inputs) {
                kind.named(&suffixed(base, deployment))
            } else {
                kind.named(base)
            };
            Some((kind.role, object))
        };
        Self(kinds::ALL.into_iter().filter_map(object).collect())
    }

    /// Names for whatever deployment comes: for capabilities.
    pub fn patterns(inputs: &Inputs) -> Self {
        Self::new(inputs, ANY_DEPLOYMENT)
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

    /// The object of a kind.
    pub fn of(&self, kind: &Kind) -> Option<&ObjectReference> {
        self.0.iter().map(|(_, object)| object).find(|it| kind.is_of(it))
    }
}

/// Fits every deployment's.
pub const ANY_DEPLOYMENT: &str = "deployments-*";

/// As `httpd-deployments-841`.
pub fn suffixed(base: &str, deployment: &str) -> String {
    format!("{base}-{deployment}")
}
