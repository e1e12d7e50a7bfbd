//! The switch: the complete Service in one apply that is refused if somebody else was there meanwhile.

use serde_json::{Value, json};
use shipslog_step::kubernetes::{Expectation, ObjectReference, Waited, kubernetes};
use shipslog_step::{Failure, milestones};

use super::{Flow, Stage, Stop, TRAFFIC_SWITCHED, failed, wait};
use crate::kinds::SERVICE;
use crate::switch::{self, Decision};
use crate::words;

/// Endpoints follow a Service within moments; a minute is for a cluster in trouble.
pub(super) const ENDPOINTS_TIMEOUT: u32 = 60;

impl Flow<'_> {
    pub(super) fn switch_traffic(&mut self) -> Result<(), Stop> {
        let (Some(object), Some(mine)) = (self.service(), self.objects.of(&SERVICE).cloned()) else {
            return Ok(());
        };
        let workload = self.workload().name;
        self.at(
            Stage::Switch,
            format!("moving the traffic of {object} to {workload}"),
        );
        let before = self.apply_unchanged(&object, &mine)?;
        self.confirm_endpoints(&object)?;
        let detail = json!({
            "service": object.name,
            "workload": workload,
            "previousWorkload": before.as_ref().and_then(switch::workload),
            "previous": before.as_ref().map(switch::manifest),
        });
        milestones::reached(TRAFFIC_SWITCHED, &detail).map_err(Failure::from)?;
        Ok(())
    }

    /// Applies the object if nobody changed it meanwhile, and answers with it as it was before; nothing where there was none
    /// or an earlier attempt has applied it.
    fn apply_unchanged(&mut self, object: &ObjectReference, mine: &Value) -> Result<Option<Value>, Stop> {
        let mut live = kubernetes().find(object)?;
        for _ in 0..switch::ATTEMPTS {
            let decision = switch::decide(live.as_ref(), mine, self.situation, self.inputs.adopt);
            let options = match decision.map_err(failed)? {
                Decision::Done => return Ok(None),
                Decision::Apply(options) => options,
            };
            match kubernetes().apply_with(mine, &options) {
                Ok(_) => return Ok(live),
                Err(error) if error.is_changed() => {
                    let now = kubernetes().find(object)?;
                    switch::may_repeat(live.as_ref(), now.as_ref(), mine).map_err(failed)?;
                    live = now;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let by = live
            .as_ref()
            .map_or_else(|| "another manager".to_owned(), switch::last_manager);
        Err(failed(format!(
            "{object} was changed {} times while its traffic was being switched, the last time by {by}; keep that one \
             away and deploy again",
            switch::ATTEMPTS
        )))
    }

    /// One is enough: that all pods serve was seen before the switch, and one that falls out now comes back here.
    fn confirm_endpoints(&mut self, service: &ObjectReference) -> Result<(), Stop> {
        self.at(
            Stage::Confirmation,
            format!("waiting until {service} has the new pods only"),
        );
        let endpoints = Expectation::Endpoints {
            service: service.clone(),
            label_selector: self.situation.pod_selector(&self.workload().name),
            at_least: 1,
        };
        match wait(&[endpoints], ENDPOINTS_TIMEOUT)? {
            Waited::Met => Ok(()),
            Waited::Failed(found) | Waited::TimedOut(found) => {
                let sentence =
                    format!("{service} was switched, and its endpoints are still not the new pods only");
                Err(failed(words::with_evidence(&sentence, &found)))
            }
        }
    }
}
