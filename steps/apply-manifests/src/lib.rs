//! Applies any objects in order of their kinds, and waits until they are healthy.

pub mod apply;
pub mod inputs;
pub mod objects;
pub mod order;
pub mod rights;
pub mod validate;

use std::time::Duration;

use shipslog_step::{Capability, Cause, Description, Failure, Step};

use inputs::Inputs;

/// The step `apply-manifests`.
#[derive(Debug)]
pub struct ApplyManifests;

shipslog_step::export!(ApplyManifests);

/// How long writing may take, beside waiting.
const WRITING: Duration = Duration::from_mins(10);

impl Step for ApplyManifests {
    type Inputs = Inputs;

    fn describe() -> Description {
        let summary = "Applies any objects in order of their kinds, and waits until they are healthy";
        rights::widest().into_iter().fold(
            Description::new("apply-manifests", "1.0.0", summary),
            Description::may,
        )
    }

    fn check(inputs: &Inputs) -> Result<Vec<Capability>, Vec<Cause>> {
        let problems = validate::problems(inputs);
        if problems.is_empty() {
            Ok(rights::needed(inputs))
        } else {
            Err(problems)
        }
    }

    fn time_limit(inputs: &Inputs) -> Option<Duration> {
        Some(Duration::from_secs(inputs.timeout_seconds.into()) + WRITING)
    }

    fn run(inputs: Inputs) -> Result<(), Failure> {
        apply::run(&inputs)
    }
}

#[cfg(test)]
mod tests;
