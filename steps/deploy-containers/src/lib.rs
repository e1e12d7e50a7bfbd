//! Deploys a Deployment with its ConfigMap, Secret and Service: recreate, rolling update or blue/green.
#![expect(
    clippy::doc_markdown,
    reason = "Kubernetes' kinds are words of the field, and people read these texts in the inputs' schema"
)]

pub mod cleanup;
pub mod flow;
pub mod inputs;
pub mod kinds;
pub mod names;
pub mod ownership;
pub mod render;
pub mod rights;
pub mod role;
pub mod situation;
pub mod switch;
pub mod validate;
pub mod words;

#[cfg(test)]
mod fixture;

use std::time::Duration;

use shipslog_step::{Capability, Cause, Description, Failure, Step, variables};

use inputs::Inputs;
use render::Images;
use situation::Situation;

/// The step `deploy-containers`.
#[derive(Debug)]
pub struct DeployContainers;

shipslog_step::export!(DeployContainers);

impl Step for DeployContainers {
    type Inputs = Inputs;

    fn describe() -> Description {
        let summary = "Deploys containers as a Deployment with its ConfigMap, Secret and Service: recreate, rolling \
                       update or blue/green";
        rights::widest()
            .into_iter()
            .fold(
                Description::new("deploy-containers", "1.0.0", summary),
                Description::may,
            )
            .output("workload", "The name of the Deployment")
            .output("service", "The name of the Service, where there is one")
            .milestone(flow::TRAFFIC_SWITCHED)
            .milestone(flow::OLD_SET_REMOVED)
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
        Some(flow::longest(inputs))
    }

    fn run(inputs: Inputs) -> Result<(), Failure> {
        let problems = validate::problems(&inputs);
        if let Some(first) = problems.first() {
            return Err(Failure::failed(format!("the inputs do not fit: {first}")));
        }
        let situation = Situation::of_this_run();
        if situation.namespace.is_none() {
            return Err(Failure::failed(
                "the target has no namespace, and this step deploys into its target's; choose a target with one",
            ));
        }
        flow::run(&inputs, &situation, &images(&inputs)?)
    }
}

/// The references that the release froze.
fn images(inputs: &Inputs) -> Result<Images, Failure> {
    let packages = inputs.containers.iter().filter_map(|it| it.image.package());
    packages
        .map(|it| Ok((it.to_owned(), variables::image(it)?)))
        .collect()
}

#[cfg(test)]
mod tests;
