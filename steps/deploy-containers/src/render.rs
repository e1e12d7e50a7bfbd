//! The objects, as pure functions of the inputs and the situation.

mod rendering;

use serde_json::Value;

use crate::inputs::Inputs;
use crate::kinds::{self, Kind, Role};
use crate::names::Names;
use crate::situation::Situation;
pub(crate) use rendering::given;
pub use rendering::{Images, Rendering};

/// All objects of one deployment, complete, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Objects(Vec<(Kind, Value)>);

impl Objects {
    /// Renders them.
    pub fn new(inputs: &Inputs, names: &Names, situation: &Situation, images: &Images) -> Self {
        let rendering = Rendering {
            inputs,
            names,
            situation,
            images,
        };
        let rendered = kinds::ALL.into_iter().filter_map(|it| {
            let manifest = (it.manifest)(&rendering)?;
            Some((it, manifest))
        });
        Self(rendered.collect())
    }

    /// The objects of a role.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &Value> {
        let objects = self.0.iter().filter(move |(kind, _)| kind.role == role);
        objects.map(|(_, object)| object)
    }

    /// What runs the pods.
    pub fn workload(&self) -> &Value {
        let workload = self.with(Role::Workload).next();
        workload.expect("inputs always name what runs the pods")
    }

    /// The object of a kind.
    pub fn of(&self, kind: &Kind) -> Option<&Value> {
        let found = self.0.iter().find(|(it, _)| it.kind == kind.kind);
        found.map(|(_, object)| object)
    }
}

#[cfg(test)]
mod tests;
