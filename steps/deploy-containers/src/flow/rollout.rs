//! Configuration and workload, until the pods are available.

use serde_json::Value;
use shipslog_step::kubernetes::{Applied, ApplyOptions, Expectation, ObjectReference, Waited, kubernetes};

use super::{DAY, Flow, Made, Stage, Stop, after_rollout, failed, uid, wait};
use crate::inputs::Inputs;
use crate::kinds::Role;
use crate::words;

/// On top of what the cluster itself may take to call a rollout failed.
pub(super) const ALLOWANCE: u32 = 60;
/// How often pods may have fallen out when the step looks.
const LOOKS: u32 = 5;

impl Flow<'_> {
    pub(super) fn apply_configuration(&mut self) -> Result<(), Stop> {
        let objects: Vec<Value> = self.objects.with(Role::Configuration).cloned().collect();
        for object in &objects {
            let reference = ObjectReference::of(object)?;
            self.at(Stage::Configuration, format!("writing {reference}"));
            self.write(reference, object, &ApplyOptions::default())?;
        }
        Ok(())
    }

    /// Answers with what to wait for: this very generation, as a cache may be older.
    pub(super) fn apply_workload(&mut self, force: bool) -> Result<Expectation, Stop> {
        let (object, manifest) = (self.workload(), self.objects.workload().clone());
        self.at(Stage::Rollout, format!("writing {object}"));
        let options = ApplyOptions {
            force,
            ..ApplyOptions::default()
        };
        let applied = self.write(object.clone(), &manifest, &options)?;
        let availability = words::availability(&applied.object);
        self.at(Stage::Rollout, format!("waiting for {object}: {availability}"));
        Ok(Expectation::healthy(object, &applied))
    }

    /// Answers how many pods serve. A pod that falls out between the wait and the look is waited for again: one that
    /// flaps fails nothing, and pods that do not stay are not switched to.
    pub(super) fn wait_until_serving(&mut self, healthy: &Expectation) -> Result<u32, Stop> {
        for _ in 1..LOOKS {
            self.wait_until_healthy(healthy)?;
            if let Ok(replicas) = self.check_availability()? {
                return Ok(replicas);
            }
        }
        self.wait_until_healthy(healthy)?;
        self.check_availability()?.map_err(failed)
    }

    fn wait_until_healthy(&mut self, healthy: &Expectation) -> Result<(), Stop> {
        let (object, longest) = (self.workload(), longest(self.inputs));
        let (sentence, found) = match wait(std::slice::from_ref(healthy), longest)? {
            Waited::Met => return Ok(()),
            Waited::Failed(found) => (format!("{object} did not become healthy"), found),
            Waited::TimedOut(found) => (format!("{object} did not become healthy in {longest} s"), found),
        };
        Err(failed(words::with_evidence(&sentence, &found)))
    }

    /// Answers how many pods there are; with none, or fewer than wanted, traffic must not move.
    fn check_availability(&mut self) -> Result<Result<u32, String>, Stop> {
        let object = self.workload();
        let live = kubernetes().find(&object)?.unwrap_or(Value::Null);
        let (available, wanted) = words::replicas(&live);
        if available == wanted && wanted > 0 {
            return Ok(Ok(u32::try_from(wanted).unwrap_or(u32::MAX)));
        }
        Ok(Err(format!(
            "{object} was healthy and is not any more: {}",
            words::availability(&live)
        )))
    }

    fn write(
        &mut self,
        object: ObjectReference,
        manifest: &Value,
        options: &ApplyOptions,
    ) -> Result<Applied, Stop> {
        let applied = kubernetes().apply_with(manifest, options)?;
        let uid = uid(&applied.object);
        self.made.push(Made { object, uid });
        Ok(applied)
    }
}

/// The deadline starts again with each pod that becomes available, so this is longer than any rollout that the cluster
/// has not called failed itself; as far as it leaves time for what comes after it.
pub(super) fn longest(inputs: &Inputs) -> u32 {
    let rounds = inputs.replicas.saturating_add(1);
    let longest = inputs.progress_deadline_seconds.saturating_mul(rounds);
    let most = DAY.saturating_sub(after_rollout(inputs));
    longest.saturating_add(ALLOWANCE).min(most)
}
