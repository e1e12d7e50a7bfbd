//! What the schema cannot say about inputs. Every problem at once, each with its path.

mod container;
mod env;
pub(crate) mod metadata;
mod pod;
mod probe;
mod sensitive;
mod strategy;
pub(crate) mod syntax;
pub(crate) mod volume;

use std::collections::BTreeSet;
use std::fmt::Display;

use shipslog_step::Cause;

use crate::inputs::Inputs;
use crate::kinds::{self, Role};

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
    found.0
}

/// What is wrong, in the order in which it was found.
#[derive(Debug, Default)]
pub struct Problems(Vec<Cause>);

impl Problems {
    pub(crate) fn add(&mut self, path: impl Display, message: impl Display) {
        self.0.push(Cause::new(path.to_string(), message.to_string()));
    }

    pub(crate) fn expect(&mut self, path: impl Display, verdict: Result<(), String>) {
        if let Err(message) = verdict {
            self.add(path, message);
        }
    }

    /// Each may stand once.
    pub(crate) fn once<K: Ord + Display>(
        &mut self,
        what: &str,
        items: impl IntoIterator<Item = (String, K)>,
    ) {
        let mut seen = BTreeSet::new();
        for (path, key) in items {
            if seen.contains(&key) {
                self.add(path, format!("{what} `{key}` is given twice"));
            }
            seen.insert(key);
        }
    }

    /// One, and only one, of these fields.
    pub(crate) fn exactly_one(&mut self, path: &str, fields: &[(&str, bool)]) {
        let given: Vec<&str> = fields
            .iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| *name)
            .collect();
        let all = || {
            fields
                .iter()
                .map(|(name, _)| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match given.as_slice() {
            [_] => {}
            [] => self.add(path, format!("one of {} is needed", all())),
            [first, second, ..] => self.add(
                path,
                format!(
                    "only one of {} is possible, here are `{first}` and `{second}`",
                    all()
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
