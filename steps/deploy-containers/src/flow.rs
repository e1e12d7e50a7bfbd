//! One deployment, in order: configuration, workload, health, traffic, the old set. Every name follows from the
//! deployment and every write can be repeated, so a second attempt begins at the top and comes to the same end.

mod aftermath;
mod existing;
mod old_set;
mod rollout;
mod traffic;

use std::time::Duration;

use serde_json::{Value, json};
use shipslog_step::clock::Cancelled;
use shipslog_step::kubernetes::{
    DeleteOptions, Error, Expectation, ObjectReference, Precondition, Propagation, Reason, Waited, kubernetes,
};
use shipslog_step::{Failure, outputs, progress};

use crate::inputs::Inputs;
use crate::kinds::SERVICE;
use crate::names::Names;
use crate::render::{Images, Objects};
use crate::situation::Situation;

/// Traffic goes to this deployment's pods and to no others.
pub const TRAFFIC_SWITCHED: &str = "traffic-switched";
/// What earlier deployments left is gone.
pub const OLD_SET_REMOVED: &str = "old-set-removed";

/// No run gets more, in seconds.
pub(super) const DAY: u32 = 24 * 60 * 60;
/// The grace that the pods of an earlier deployment may have had, whatever the inputs say now.
const EARLIER_GRACE: u32 = 60 * 60;
/// For calls, beside the waits.
const CALLS: u32 = 10 * 60;

/// Where the run stands, for the live view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Ownership,
    Configuration,
    Rollout,
    Switch,
    Confirmation,
    Drain,
    Removal,
    End,
}

/// An object that this run wrote.
struct Made {
    object: ObjectReference,
    uid: String,
}

struct Flow<'a> {
    inputs: &'a Inputs,
    situation: &'a Situation,
    names: Names,
    objects: Objects,
    stage: Stage,
    doing: String,
    made: Vec<Made>,
    /// The Service as it was found.
    service: Option<Value>,
    /// What is still there of the old set when traffic has moved.
    old: Vec<String>,
}

/// Carries the deployment out, from what is there to traffic on the new set.
pub fn run(inputs: &Inputs, situation: &Situation, images: &Images) -> Result<(), Failure> {
    let names = Names::new(inputs, &situation.deployment);
    let objects = Objects::new(inputs, &names, situation, images);
    let mut flow = Flow {
        inputs,
        situation,
        names,
        objects,
        stage: Stage::Ownership,
        doing: String::new(),
        made: Vec::new(),
        service: None,
        old: Vec::new(),
    };
    flow.deploy().map_err(|why| flow.aftermath(why))
}

impl Flow<'_> {
    fn deploy(&mut self) -> Result<(), Stop> {
        let force = self.check_ownership()?;
        self.apply_configuration()?;
        let healthy = self.apply_workload(force)?;
        self.wait_until_serving(&healthy)?;
        self.switch_traffic()?;
        self.remove_old_set(&healthy)?;
        self.leave_outputs()?;
        self.at(Stage::End, "deployed");
        Ok(())
    }

    fn leave_outputs(&self) -> Result<(), Failure> {
        outputs::set("workload", &json!(self.workload().name))?;
        if let Some(service) = self.service() {
            outputs::set("service", &json!(service.name))?;
        }
        Ok(())
    }

    /// Says what comes next.
    fn at(&mut self, stage: Stage, message: impl Into<String>) {
        self.stage = stage;
        self.doing = message.into();
        progress::report(stage as u32, Stage::End as u32, &self.doing);
    }

    fn workload(&self) -> ObjectReference {
        self.names.workload().clone()
    }

    fn service(&self) -> Option<ObjectReference> {
        self.names.of(&SERVICE).cloned()
    }
}

/// Why the flow ended before its end.
enum Stop {
    /// Somebody cancelled the deployment.
    Cancelled,
    /// The answer is no, or it could not find out.
    Because(Failure),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if error.reason == Reason::Cancelled {
            return Self::Cancelled;
        }
        Self::Because(error.into())
    }
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Because(failure)
    }
}

fn failed(why: impl Into<String>) -> Stop {
    Stop::Because(Failure::Failed(why.into()))
}

/// Deletes the one with this UID. In the foreground what runs pods is gone only when they are; what has no dependents is
/// gone at once without that.
fn delete(object: &ObjectReference, uid: &str) -> Result<(), Error> {
    let propagation = if object.runs_pods() {
        Propagation::Foreground
    } else {
        Propagation::Background
    };
    let options = DeleteOptions {
        propagation,
        only: Precondition {
            uid: Some(uid.to_owned()),
            resource_version: None,
        },
    };
    kubernetes().delete_with(object, &options)
}

/// How long a run with these inputs may take.
pub(super) fn longest(inputs: &Inputs) -> Duration {
    Duration::from_secs((rollout::longest(inputs) + after_rollout(inputs)).into())
}

/// In seconds: the switch, the drain, pods that fall out in it, the end of the old pods, and all that is no wait.
fn after_rollout(inputs: &Inputs) -> u32 {
    let grace = inputs.termination_grace_period_seconds.unwrap_or_default();
    let end = grace.max(EARLIER_GRACE) + old_set::ALLOWANCE;
    traffic::ENDPOINTS_TIMEOUT + inputs.drain_seconds + old_set::again(inputs) + end + CALLS
}

/// What the rollout can be waited for at the least, where it is longer than what is left of a day.
pub(super) fn exceeds_a_day(inputs: &Inputs) -> Option<u32> {
    let least = inputs.progress_deadline_seconds + rollout::ALLOWANCE + after_rollout(inputs);
    (least > DAY).then_some(least)
}

fn wait(expectations: &[Expectation], seconds: u32) -> Result<Waited, Error> {
    kubernetes().wait(expectations, Duration::from_secs(seconds.into()))
}

fn uid(object: &Value) -> String {
    object
        .pointer("/metadata/uid")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests;
