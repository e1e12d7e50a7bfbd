//! What a step's author writes.

use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Capability, Cause, Description, Failure, cause, inputs, schema};

/// A step. [`export!`](crate::export) makes it the component's.
pub trait Step {
    /// What a project writes under `with:`. Fields that it does not have are refused at any depth.
    type Inputs: DeserializeOwned + JsonSchema;

    /// What the step is. Calls no host function.
    fn describe() -> Description;

    /// What exactly these inputs need, or everything that is wrong with them. Calls no host function: it is asked
    /// when a project is saved, and again before the first write.
    fn check(inputs: &Self::Inputs) -> Result<Vec<Capability>, Vec<Cause>>;

    /// How long a run with these inputs may take at the longest: then it is stopped. Nothing means half an hour; the host
    /// grants a day at most, and never less than half an hour.
    fn time_limit(_inputs: &Self::Inputs) -> Option<Duration> {
        None
    }

    /// Does the work. It may be run again after a crash, so that it writes what it wants to be true under names that
    /// derive from the inputs and [`context::deployment`](crate::context::deployment).
    fn run(inputs: Self::Inputs) -> Result<(), Failure>;
}

/// The description with the inputs' schema in it.
pub(crate) fn describe<S: Step>() -> Value {
    let mut description = serde_json::to_value(S::describe()).expect("descriptions are plain data");
    description["inputs"] = schema::<S::Inputs>();
    description
}

pub(crate) fn check<S: Step>(inputs: &str) -> Result<Vec<Capability>, Vec<Cause>> {
    S::check(&inputs::parse(inputs)?)
}

/// What `check` answers: rights, and how long the run may take.
pub(crate) fn needs<S: Step>(inputs: &str) -> Result<Value, Vec<Cause>> {
    let inputs: S::Inputs = inputs::parse(inputs)?;
    let mut needs = json!({ "capabilities": S::check(&inputs)? });
    if let Some(limit) = S::time_limit(&inputs) {
        needs["timeLimitSeconds"] = limit.as_secs().into();
    }
    Ok(needs)
}

pub(crate) fn run<S: Step>(inputs: &str) -> Result<(), Failure> {
    let inputs = inputs::parse(inputs)
        .map_err(|causes| Failure::failed(format!("the inputs do not fit: {}", cause::sentence(&causes))))?;
    S::run(inputs)
}
