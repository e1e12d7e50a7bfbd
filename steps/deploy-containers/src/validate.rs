//! What the schema cannot say about inputs. Every problem at once, each with its path.

mod container;
mod env;
mod found;
pub(crate) mod metadata;
mod pod;
mod probe;
mod sensitive;
mod strategy;
pub(crate) mod syntax;
pub(crate) mod volume;

use shipslog_step::Cause;

use crate::inputs::Inputs;
use crate::kinds::{self, Role};
pub use found::Problems;

/// All that is wrong; nothing means that the inputs can be deployed.
pub fn problems(inputs: &Inputs) -> Vec<Cause> {
    let mut found = Problems::default();
    metadata::check(inputs, &mut found);
    kinds::with(Role::Configuration).for_each(|it| (it.check)(inputs, &mut found));
    strategy::check(inputs, &mut found);
    pod::check(inputs, &mut found);
    for (index, it) in inputs.volumes.iter().enumerate() {
        volume::check(inputs, it, &format!("volumes[{index}]"), &mut found);
    }
    for (index, it) in inputs.containers.iter().enumerate() {
        container::check(inputs, it, &format!("containers[{index}]"), &mut found);
    }
    kinds::with(Role::Traffic).for_each(|it| (it.check)(inputs, &mut found));
    sensitive::check(inputs, &mut found);
    found.all()
}

#[cfg(test)]
mod tests;
