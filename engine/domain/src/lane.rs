//! Lanes: one deployment at a time per project and environment.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Outcome;
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::ids::DeploymentId;

/// Who acts and who waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Whose turn it is.
    pub holder: Option<DeploymentId>,
    /// Who waits, first come first.
    pub waiting: VecDeque<DeploymentId>,
    /// Those who wait at a gate before their first run: others pass them.
    pub not_ready: BTreeSet<DeploymentId>,
    /// The latest deployment that succeeded.
    pub last_success: Option<DeploymentId>,
}

impl Lane {
    /// The deployment to take the turn: the first in line that is ready, when nobody acts.
    pub fn next(&self) -> Option<DeploymentId> {
        match self.holder {
            None => self.ready().next(),
            Some(_) => None,
        }
    }

    /// Whom a deployment in line waits for: the one just before it. One that is not ready waits for nobody.
    pub fn ahead_of(&self, deployment: DeploymentId) -> Option<DeploymentId> {
        let ready: Vec<DeploymentId> = self.ready().collect();
        match ready.iter().position(|it| *it == deployment)? {
            0 => self.holder,
            at => ready.get(at - 1).copied(),
        }
    }

    fn ready(&self) -> impl Iterator<Item = DeploymentId> {
        let ready = self.waiting.iter().filter(|it| !self.not_ready.contains(it));
        ready.copied()
    }
}

/// Whether the turn may be another one's since.
pub fn frees(event: &LaneEvent) -> bool {
    match event {
        LaneEvent::TurnEnded { .. } | LaneEvent::TurnReady { .. } => true,
        LaneEvent::TurnRequested { .. } | LaneEvent::TurnTaken { .. } => false,
    }
}

/// The memory of turns.
#[must_use]
pub fn evolve(mut lane: Lane, event: &LaneEvent) -> Lane {
    match event {
        LaneEvent::TurnRequested { deployment, ready } => {
            lane.waiting.push_back(*deployment);
            if !ready {
                lane.not_ready.insert(*deployment);
            }
        }
        LaneEvent::TurnReady { deployment } => {
            lane.not_ready.remove(deployment);
        }
        LaneEvent::TurnTaken { deployment } => {
            lane.waiting.retain(|it| it != deployment);
            lane.holder = Some(*deployment);
        }
        LaneEvent::TurnEnded { deployment, outcome } => {
            lane.waiting.retain(|it| it != deployment);
            lane.not_ready.remove(deployment);
            if lane.holder == Some(*deployment) {
                lane.holder = None;
            }
            if *outcome == Outcome::Succeeded {
                lane.last_success = Some(*deployment);
            }
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
            ready: true,
        }
    }

    fn at_a_gate(number: u64) -> LaneEvent {
        LaneEvent::TurnRequested {
            deployment: DeploymentId(number),
            ready: false,
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
    fn others_pass_one_that_waits_at_a_gate_before_its_first_run() {
        let lane = fold([at_a_gate(1), requested(2), requested(3)]);
        assert_eq!(lane.next(), Some(DeploymentId(2)));
        assert_eq!(lane.ahead_of(DeploymentId(1)), None);
        assert_eq!(lane.ahead_of(DeploymentId(2)), None);
        let ready = LaneEvent::TurnReady {
            deployment: DeploymentId(1),
        };
        let lane = evolve(lane, &ready);
        assert_eq!(
            lane.next(),
            Some(DeploymentId(1)),
            "it has kept its place in line"
        );
        assert_eq!(lane.ahead_of(DeploymentId(2)), Some(DeploymentId(1)));
        let lane = evolve(lane, &ended(1, Outcome::Failed));
        assert_eq!(lane.next(), Some(DeploymentId(2)));
        assert!(
            fold([at_a_gate(1), ended(1, Outcome::Cancelled)])
                .not_ready
                .is_empty()
        );
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
}
