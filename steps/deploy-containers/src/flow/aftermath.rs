//! What a run that did not succeed leaves, so that its message says what serves and what to look at.

use shipslog_step::Failure;
use shipslog_step::kubernetes::{Error, Expectation, Reason, Selection, Waited, kubernetes};

use super::old_set::ALLOWANCE;
use super::{Flow, Stage, Stop, delete, wait};
use crate::cleanup;
use crate::inputs::strategy::Debris;
use crate::situation::WORKLOAD;
use crate::switch;
use crate::words;

impl Flow<'_> {
    pub(super) fn aftermath(&self, stop: Stop) -> Failure {
        match stop {
            Stop::Cancelled => {
                let serving = self.serving();
                let kept = self.kept("Left as it is");
                Failure::Failed(
                    format!("cancelled while {}. {serving}{kept}", self.doing)
                        .trim_end()
                        .to_owned(),
                )
            }
            Stop::Because(Failure::Errored(why)) => {
                let kept = self.kept("Written so far");
                Failure::Errored(
                    format!("{why} (while {}). {}{kept}", self.doing, self.traffic())
                        .trim_end()
                        .to_owned(),
                )
            }
            Stop::Because(Failure::Failed(why)) => {
                let serving = self.serving();
                let debris = self.debris();
                let below = if why.contains('\n') { "\n" } else { ". " };
                Failure::Failed(
                    format!("{}{below}{serving}{debris}", why.trim_end_matches('.'))
                        .trim_end()
                        .to_owned(),
                )
            }
        }
    }

    /// What answers requests now, in a sentence.
    fn serving(&self) -> String {
        let in_place = !self.inputs.is_blue_green() && self.has_started() && self.stage <= Stage::Switch;
        if !in_place {
            return self.traffic();
        }
        let workload = self.workload();
        format!(
            "{workload} is not rolled back by itself: {}. Deploy an earlier release, or `kubectl rollout undo {}/{}`. ",
            self.revisions(),
            workload.kind.to_lowercase(),
            workload.name,
        )
    }

    fn has_started(&self) -> bool {
        self.made.iter().any(|it| it.object == self.workload())
    }

    fn revisions(&self) -> String {
        let selector = format!("{WORKLOAD}={}", self.workload().name);
        match kubernetes().list(&Selection::of("apps/v1", "ReplicaSet").labelled(selector)) {
            Ok(sets) => words::revisions(&sets),
            Err(_) => "which revision serves could not be read".to_owned(),
        }
    }

    /// Where the Service leads now, as far as this run knows.
    fn traffic(&self) -> String {
        if self.stage > Stage::Switch {
            return self.moved();
        }
        let before = self.service.as_ref().and_then(switch::workload);
        match (self.service().map(|it| it.name), before) {
            (None, _) => "What earlier deployments made was not touched. ".to_owned(),
            (Some(name), _) if self.stage == Stage::Switch => {
                format!("Look where Service {name} leads before you go on. ")
            }
            (Some(name), Some(before)) => format!("Service {name} still sends its traffic to {before}. "),
            (Some(name), None) if self.service.is_some() => format!("Service {name} was not touched. "),
            (Some(name), None) => format!("Service {name} does not exist yet. "),
        }
    }

    /// The new pods serve; something after that went wrong.
    fn moved(&self) -> String {
        let new = self.workload();
        let serving = match self.service() {
            Some(service) => format!("{service} sends its traffic to {}. ", new.name),
            None => format!("{new} is healthy. "),
        };
        if self.old.is_empty() {
            return serving;
        }
        format!("{serving}Still there: {}. ", words::listed(&self.old))
    }

    /// What becomes of what was written, as the inputs say.
    fn debris(&self) -> String {
        let may_go = self.inputs.debris == Debris::Remove
            && self.inputs.is_blue_green()
            && self.stage < Stage::Switch
            && !self.made.is_empty();
        if !may_go {
            return self.kept("Kept for a look until a later deployment succeeds");
        }
        match self.remove_debris() {
            Ok(()) => format!("Removed again: {}.", self.names_of_made()),
            Err(_) => self.kept("To be removed, which did not succeed"),
        }
    }

    /// The workload first, as long as its pods use the rest.
    fn remove_debris(&self) -> Result<(), Error> {
        let workload = self.workload();
        let timeout = cleanup::grace(self.objects.workload()).saturating_add(ALLOWANCE);
        for it in self.made.iter().rev() {
            delete(&it.object, &it.uid)?;
            if it.object == workload {
                let gone = Expectation::Gone {
                    object: it.object.clone(),
                    uid: Some(it.uid.clone()),
                };
                match wait(&[gone], timeout)? {
                    Waited::Met => {}
                    Waited::Failed(_) | Waited::TimedOut(_) => {
                        return Err(Error {
                            attempted: "wait for the end of its pods".to_owned(),
                            reason: Reason::TimedOut,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    fn kept(&self, how: &str) -> String {
        if self.made.is_empty() {
            "Nothing was written.".to_owned()
        } else if self.stage > Stage::Switch || (self.has_started() && !self.inputs.is_blue_green()) {
            String::new()
        } else {
            format!("{how}: {}.", self.names_of_made())
        }
    }

    fn names_of_made(&self) -> String {
        let names: Vec<String> = self.made.iter().map(|it| it.object.to_string()).collect();
        words::listed(&names)
    }
}
