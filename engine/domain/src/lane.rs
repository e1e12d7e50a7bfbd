//! Lanes: one deployment at a time per project and environment, and the inventory of what was written there.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Outcome;
use shipslog_events::event::lane::{LaneEvent, ObjectReference};
use shipslog_events::ids::{DeploymentId, StepName, TargetName};

/// Who acts, who waits, and what stands in the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Whose turn it is.
    pub holder: Option<DeploymentId>,
    /// Who waits, first come first.
    pub waiting: VecDeque<DeploymentId>,
    /// The latest deployment that succeeded.
    pub last_success: Option<DeploymentId>,
    /// Objects written through this lane and not removed since.
    pub inventory: Vec<Item>,
}

/// An object that a step wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The latest deployment that wrote it.
    pub deployment: DeploymentId,
    /// The step that wrote it.
    pub step: StepName,
    /// The target whose account wrote it.
    pub target: TargetName,
    /// The object itself.
    pub object: ObjectReference,
}

impl Lane {
    /// The deployment to take the turn: the first in line, when nobody acts.
    pub fn next(&self) -> Option<DeploymentId> {
        match self.holder {
            None => self.waiting.front().copied(),
            Some(_) => None,
        }
    }

    /// Whom a waiting deployment waits for: the one just before it.
    pub fn ahead_of(&self, deployment: DeploymentId) -> Option<DeploymentId> {
        let at = self.waiting.iter().position(|it| *it == deployment)?;
        match at {
            0 => self.holder,
            _ => self.waiting.get(at - 1).copied(),
        }
    }

    /// What earlier deployments of a step wrote through a target and still stands.
    pub fn inventory_for<'a>(
        &'a self,
        step: &'a StepName,
        target: &'a TargetName,
        now: DeploymentId,
    ) -> impl Iterator<Item = &'a Item> {
        self.inventory
            .iter()
            .filter(move |it| it.step == *step && it.target == *target && it.deployment != now)
    }

    /// Objects whose last writer is this deployment, by step and target.
    pub fn written_by(
        &self,
        deployment: DeploymentId,
    ) -> BTreeMap<(StepName, TargetName), Vec<&ObjectReference>> {
        let mut written: BTreeMap<_, Vec<&ObjectReference>> = BTreeMap::new();
        for item in self.inventory.iter().filter(|it| it.deployment == deployment) {
            written
                .entry((item.step.clone(), item.target.clone()))
                .or_default()
                .push(&item.object);
        }
        written
    }
}

/// Whether the turn may be another one's since.
pub fn frees(event: &LaneEvent) -> bool {
    match event {
        LaneEvent::TurnEnded { .. } => true,
        LaneEvent::TurnRequested { .. }
        | LaneEvent::TurnTaken { .. }
        | LaneEvent::ObjectIntended { .. }
        | LaneEvent::ObjectRemoved { .. } => false,
    }
}

/// The memory of turns and objects.
#[must_use]
pub fn evolve(mut lane: Lane, event: &LaneEvent) -> Lane {
    match event {
        LaneEvent::TurnRequested { deployment } => lane.waiting.push_back(*deployment),
        LaneEvent::TurnTaken { deployment } => {
            lane.waiting.retain(|it| it != deployment);
            lane.holder = Some(*deployment);
        }
        LaneEvent::TurnEnded { deployment, outcome } => {
            lane.waiting.retain(|it| it != deployment);
            if lane.holder == Some(*deployment) {
                lane.holder = None;
            }
            if *outcome == Outcome::Succeeded {
                lane.last_success = Some(*deployment);
            }
        }
        LaneEvent::ObjectIntended {
            deployment,
            step,
            target,
            object,
        } => {
            lane.inventory
                .retain(|it| !(it.target == *target && it.object == *object));
            lane.inventory.push(Item {
                deployment: *deployment,
                step: step.clone(),
                target: target.clone(),
                object: object.clone(),
            });
        }
        LaneEvent::ObjectRemoved { target, object, .. } => {
            lane.inventory
                .retain(|it| !(it.target == *target && it.object == *object));
        }
    }
    lane
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(events: impl IntoIterator<Item = LaneEvent>) -> Lane {
        events
            .into_iter()
            .fold(Lane::default(), |lane, event| evolve(lane, &event))
    }

    fn requested(number: u64) -> LaneEvent {
        LaneEvent::TurnRequested {
            deployment: DeploymentId(number),
        }
    }

    fn taken(number: u64) -> LaneEvent {
        LaneEvent::TurnTaken {
            deployment: DeploymentId(number),
        }
    }

    fn ended(number: u64, outcome: Outcome) -> LaneEvent {
        LaneEvent::TurnEnded {
            deployment: DeploymentId(number),
            outcome,
        }
    }

    fn object(name: &str) -> ObjectReference {
        ObjectReference {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
            namespace: Some("httpd-development".into()),
            name: name.into(),
        }
    }

    fn intended(number: u64, name: &str) -> LaneEvent {
        LaneEvent::ObjectIntended {
            deployment: DeploymentId(number),
            step: "Deploy".into(),
            target: "Httpd".into(),
            object: object(name),
        }
    }

    #[test]
    fn the_turn_goes_to_the_first_in_line_when_nobody_acts() {
        let lane = fold([requested(1), requested(2)]);
        assert_eq!(lane.next(), Some(DeploymentId(1)));
        let lane = fold([requested(1), requested(2), taken(1)]);
        assert_eq!(lane.next(), None);
        let lane = fold([requested(1), requested(2), taken(1), ended(1, Outcome::Failed)]);
        assert_eq!(lane.next(), Some(DeploymentId(2)));
    }

    #[test]
    fn a_waiting_deployment_knows_whom_it_waits_for() {
        let lane = fold([requested(1), taken(1), requested(2), requested(3)]);
        assert_eq!(lane.ahead_of(DeploymentId(2)), Some(DeploymentId(1)));
        assert_eq!(lane.ahead_of(DeploymentId(3)), Some(DeploymentId(2)));
    }

    #[test]
    fn one_that_leaves_the_line_gives_way_to_those_behind() {
        let lane = fold([
            requested(1),
            taken(1),
            requested(2),
            requested(3),
            ended(2, Outcome::Cancelled),
        ]);
        assert_eq!(lane.ahead_of(DeploymentId(3)), Some(DeploymentId(1)));
        assert_eq!(lane.holder, Some(DeploymentId(1)));
    }

    #[test]
    fn the_inventory_holds_what_earlier_deployments_wrote_and_this_one_did_not() {
        let lane = fold([
            intended(1, "httpd-1"),
            intended(1, "httpd"),
            intended(2, "httpd-2"),
            intended(2, "httpd"),
        ]);
        let (step, target) = ("Deploy".into(), "Httpd".into());
        let names: Vec<_> = lane
            .inventory_for(&step, &target, DeploymentId(2))
            .map(|it| it.object.name.as_str())
            .collect();
        assert_eq!(names, ["httpd-1"]);
    }
}
