//! Configuration and workload, until the pods are available.

use std::time::Duration;

use serde_json::Value;
use shipslog_step::clock;
use shipslog_step::kubernetes::{Applied, ApplyOptions, Expectation, ObjectReference, Waited, kubernetes};

use super::{DAY, Flow, Made, Stage, Stop, after_rollout, failed, uid, wait};
use crate::inputs::Inputs;
use crate::kinds::Role;
use crate::words;

/// On top of what the cluster itself may take to call a rollout failed.
pub(super) const ALLOWANCE: u32 = 60;
/// How often the step looks whether pods have fallen out.
const LOOKS: u32 = 5;
/// Before it waits for those again: what is counted follows what is wanted.
const PAUSE: Duration = Duration::from_secs(1);

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

    /// A pod that falls out between the wait and the look is waited for again, as long as there is time: one that flaps
    /// fails nothing, and pods that do not stay are not switched to.
    pub(super) fn wait_until_serving(&mut self, healthy: &Expectation) -> Result<(), Stop> {
        let (begun, longest) = (clock::now(), longest(self.inputs));
        self.wait_until_healthy(healthy, longest, "did not become healthy")?;
        for _ in 1..LOOKS {
            let Some(fallen) = self.fallen_out(u32::MAX)? else {
                return Ok(());
            };
            clock::sleep(PAUSE)?;
            let passed = clock::now().duration_since(begun).unwrap_or_default();
            let passed = u32::try_from(passed.as_secs()).unwrap_or(u32::MAX);
            let again = self.inputs.progress_deadline_seconds.saturating_add(ALLOWANCE);
            let left = longest.saturating_sub(passed).clamp(1, again);
            self.wait_until_healthy(healthy, left, &format!("{fallen}, and did not become so again"))?;
        }
        match self.fallen_out(u32::MAX)? {
            None => Ok(()),
            Some(fallen) => Err(failed(format!("{} {fallen}", self.workload()))),
        }
    }

    fn wait_until_healthy(
        &mut self,
        healthy: &Expectation,
        longest: u32,
        otherwise: &str,
    ) -> Result<(), Stop> {
        let object = self.workload();
        let (sentence, found) = match wait(std::slice::from_ref(healthy), longest)? {
            Waited::Met => return Ok(()),
            Waited::Failed(found) => (format!("{object} {otherwise}"), found),
            Waited::TimedOut(found) => (format!("{object} {otherwise} in {longest} s"), found),
        };
        Err(failed(words::with_evidence(&sentence, &found)))
    }

    /// What is missing of what is wanted, or of `most` if that is less, in words: with fewer pods, or with none, traffic must not move.
    pub(super) fn fallen_out(&self, most: u32) -> Result<Option<String>, Stop> {
        let live = kubernetes().find(&self.workload())?.unwrap_or(Value::Null);
        let (available, wanted) = words::replicas(&live);
        if available >= wanted.min(most.into()) && wanted > 0 {
            return Ok(None);
        }
        let now = words::availability(&live);
        Ok(Some(format!("was healthy and is not any more ({now})")))
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
