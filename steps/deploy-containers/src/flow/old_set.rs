//! What earlier deployments left: drained, then removed by inventory.

use std::time::Duration;

use serde_json::{Value, json};
use shipslog_step::kubernetes::{
    ApplyOptions, Error, Expectation, ObjectReference, Precondition, Reason, Selection, Waited, kubernetes,
};
use shipslog_step::{Failure, clock, context, log, milestones};

use super::rollout;
use super::{Flow, OLD_SET_REMOVED, Stage, Stop, delete, failed, wait};
use crate::cleanup::services::Services;
use crate::cleanup::uses::Uses;
use crate::cleanup::{self, Old, Verdict};
use crate::inputs::Inputs;
use crate::kinds::SERVICE;
use crate::switch;
use crate::words;

/// On top of the time that the pods may take to end.
pub(super) const ALLOWANCE: u32 = 30;
/// A UID that no object has: a delete with it deletes nothing, and tells the inventory that nothing is there.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
/// Where a pod names ConfigMaps and Secrets.
const PARTS: [&str; 5] = [
    "volumes",
    "initContainers",
    "containers",
    "ephemeralContainers",
    "imagePullSecrets",
];

impl Flow<'_> {
    pub(super) fn remove_old_set(&mut self, healthy: &Expectation) -> Result<(), Stop> {
        let old = cleanup::plan(context::inventory(), &self.names, self.situation);
        if old == Old::default() {
            return Ok(());
        }
        let mut removal = Removal {
            removed: Vec::new(),
            left: old.left,
        };
        let workloads = removal.read(old.workloads)?;
        self.old = workloads.iter().map(|(object, _)| object.to_string()).collect();
        self.drain()?;
        self.check_it_serves_still(healthy)?;
        let services = self.read_services(old.services, &mut removal)?;
        self.remove_workloads(&workloads, &services, &mut removal)?;
        self.remove_configs(old.configs, &mut removal)?;
        for it in &removal.left {
            log::warning(format!("left as it is: {it}"));
        }
        let detail = json!({ "removed": removal.removed, "left": removal.left });
        milestones::reached(OLD_SET_REMOVED, &detail).map_err(Failure::from)?;
        Ok(())
    }

    /// Pods may fall out under real traffic: as long as they do, what could take it over stays. Whoever scales up meanwhile
    /// takes nothing away.
    fn check_it_serves_still(&mut self, healthy: &Expectation) -> Result<(), Stop> {
        let most = self.inputs.replicas;
        if self.old.is_empty() || self.fallen_out(most)?.is_none() {
            return Ok(());
        }
        let seconds = again(self.inputs);
        let waiting =
            format!("waiting for pods that fell out, before the old ones go, for {seconds} s at the most");
        self.at(Stage::Drain, waiting);
        let found = match wait(std::slice::from_ref(healthy), seconds)? {
            Waited::Met => Vec::new(),
            Waited::Failed(found) | Waited::TimedOut(found) => found,
        };
        match self.fallen_out(most)? {
            None => Ok(()),
            Some(fallen) => {
                let sentence = format!(
                    "{} {fallen}, after the switch; the old pods are left",
                    self.workload()
                );
                Err(failed(words::with_evidence(&sentence, &found)))
            }
        }
    }

    /// Every node has to hear of the switch, and open connections stay where they are.
    fn drain(&mut self) -> Result<(), Stop> {
        let all = Duration::from_secs(self.inputs.drain_seconds.into());
        if self.old.is_empty() || self.inputs.service.is_none() || all.is_zero() {
            return Ok(());
        }
        self.at(Stage::Drain, "letting open connections to the old pods end");
        let left = all.saturating_sub(self.drained()?);
        if left.is_zero() {
            return Ok(());
        }
        let seconds = left.as_secs();
        self.at(
            Stage::Drain,
            format!("letting open connections to the old pods end, for {seconds} s"),
        );
        Ok(clock::sleep(left)?)
    }

    /// For how long an earlier attempt of this deployment has drained. The Service says since when, once its endpoints are
    /// the new pods; where that cannot be written, each attempt drains anew. Nothing is written where the Service leads
    /// elsewhere by now.
    fn drained(&self) -> Result<Duration, Stop> {
        let (Some(object), Some(mine)) = (self.service(), self.objects.of(&SERVICE)) else {
            return Ok(Duration::ZERO);
        };
        let live = kubernetes().find(&object)?;
        let Some(live) = live.filter(|it| switch::is_done(it, mine)) else {
            return Ok(Duration::ZERO);
        };
        let now = clock::now();
        if let Some(since) = switch::draining_since(&live, mine) {
            return Ok(now.duration_since(since).unwrap_or_default());
        }
        let unchanged = ApplyOptions {
            force: false,
            only: Precondition::unchanged(&live),
        };
        match kubernetes().apply_with(&switch::draining(mine.clone(), now), &unchanged) {
            Ok(_) => {}
            Err(error) if error.reason == Reason::Cancelled => return Err(error.into()),
            Err(error) => log::warning(format!(
                "another attempt would drain from the beginning again: {error}"
            )),
        }
        Ok(Duration::ZERO)
    }

    /// The step's Service and those that left its inputs. Clients still come through the latter, so they stay, and what
    /// they select stays too: `get` on any Service is among the rights of all inputs, because no inputs say how the
    /// Service was called before.
    fn read_services(&self, others: Vec<ObjectReference>, removal: &mut Removal) -> Result<Services, Stop> {
        let mut services = Services::default();
        if let Some(object) = self.service()
            && let Some(live) = kubernetes().find(&object)?
        {
            services.add(object, live);
        }
        for object in others {
            let left = format!(
                "{object}, which is not in the step's inputs any more: whoever uses it has to go elsewhere first; then \
                 delete it by hand"
            );
            match kubernetes().find(&object) {
                Ok(None) => continue,
                Ok(Some(live)) => services.add(object, live),
                Err(error) => match error.denial().map(ToString::to_string) {
                    Some(denial) => services.cannot_read(object, denial),
                    None => return Err(error.into()),
                },
            }
            removal.left.push(left);
        }
        Ok(services)
    }

    fn remove_workloads(
        &mut self,
        old: &[Found],
        services: &Services,
        removal: &mut Removal,
    ) -> Result<(), Stop> {
        let (mut gone, mut longest) = (Vec::new(), 0);
        for (object, live) in old {
            let verdict = cleanup::workload(object, live, services, self.situation);
            if let Some(grace) = self.delete(object, verdict, removal)? {
                longest = longest.max(grace);
                gone.push(Expectation::gone(object.clone(), live));
            }
        }
        self.wait_until_gone(&gone, longest.saturating_add(ALLOWANCE))
    }

    fn wait_until_gone(&mut self, gone: &[Expectation], seconds: u32) -> Result<(), Stop> {
        if gone.is_empty() {
            return Ok(());
        }
        self.old = gone.iter().map(|it| it.object().to_string()).collect();
        let waiting = format!(
            "waiting until the pods of {} have ended",
            words::listed(&self.old)
        );
        self.at(Stage::Removal, waiting);
        match wait(gone, seconds)? {
            Waited::Met => {
                self.old.clear();
                Ok(())
            }
            Waited::Failed(found) | Waited::TimedOut(found) => {
                let sentence = format!("the old pods were to end and have not after {seconds} s");
                Err(failed(words::with_evidence(&sentence, &found)))
            }
        }
    }

    fn remove_configs(&mut self, configs: Vec<ObjectReference>, removal: &mut Removal) -> Result<(), Stop> {
        let configs = removal.read(configs)?;
        if configs.is_empty() {
            return Ok(());
        }
        self.at(
            Stage::Removal,
            "removing ConfigMaps and Secrets that nothing uses any more",
        );
        let users = read_users()?;
        for (object, live) in &configs {
            let verdict = cleanup::config(object, live, &users, self.situation);
            self.delete(object, verdict, removal)?;
        }
        Ok(())
    }

    /// Answers how long the pods of what was deleted may take to end.
    fn delete(
        &mut self,
        object: &ObjectReference,
        verdict: Verdict,
        removal: &mut Removal,
    ) -> Result<Option<u32>, Stop> {
        let (uid, grace) = match verdict {
            Verdict::Delete { uid, grace } => (uid, grace),
            Verdict::Keep(why) => {
                removal.left.push(why);
                return Ok(None);
            }
        };
        self.at(Stage::Removal, format!("deleting {object}"));
        match delete(object, &uid) {
            Ok(()) => {
                removal.removed.push(object.to_string());
                Ok(Some(grace))
            }
            Err(error) => removal.out_of_reach(object, error).map(|()| None),
        }
    }
}

/// How long pods that fell out after the switch are waited for, in seconds.
pub(super) fn again(inputs: &Inputs) -> u32 {
    inputs
        .progress_deadline_seconds
        .saturating_add(rollout::ALLOWANCE)
}

/// An object of the old set, as it is.
type Found = (ObjectReference, Value);

/// What became of the old set.
struct Removal {
    removed: Vec<String>,
    left: Vec<String>,
}

impl Removal {
    /// Those that exist. One that is gone counts as removed: by an earlier attempt, or by somebody else.
    fn read(&mut self, objects: Vec<ObjectReference>) -> Result<Vec<Found>, Stop> {
        let mut found = Vec::new();
        for object in objects {
            match kubernetes().find(&object) {
                Ok(Some(live)) => found.push((object, live)),
                Ok(None) => {
                    delete(&object, NOBODY)?;
                    self.removed.push(object.to_string());
                }
                Err(error) => self.out_of_reach(&object, error)?,
            }
        }
        Ok(found)
    }

    /// A name that left the inputs is not in what the step asked for; that is told, and no reason to fail.
    fn out_of_reach(&mut self, object: &ObjectReference, error: Error) -> Result<(), Stop> {
        match error.denial() {
            Some(denial) => {
                self.left
                    .push(format!("{object}, because {denial}; delete it by hand"));
                Ok(())
            }
            None => Err(error.into()),
        }
    }
}

fn read_users() -> Result<Uses, Stop> {
    let pods = kubernetes().list(&Selection {
        fields: parts("spec", &["metadata.name", "status.phase"]),
        ..Selection::of("v1", "Pod")
    })?;
    let sets = kubernetes().list(&Selection {
        fields: parts("spec.template.spec", &["metadata.name"]),
        ..Selection::of("apps/v1", "ReplicaSet")
    })?;
    Ok(Uses::new(&pods, &sets))
}

/// The fields of a pod that name ConfigMaps and Secrets, and some more.
fn parts(spec: &str, more: &[&str]) -> Vec<String> {
    let more = more.iter().map(|it| (*it).to_owned());
    PARTS
        .iter()
        .map(|it| format!("{spec}.{it}"))
        .chain(more)
        .collect()
}
