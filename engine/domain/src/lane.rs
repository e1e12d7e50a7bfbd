//! Lanes: one deployment at a time per project and environment.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Outcome;
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::ids::{DeploymentId, EnvironmentName};

/// Who acts and who waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Whose turn it is.
    pub holder: Option<DeploymentId>,
    /// Who waits, first come first.
    pub waiting: VecDeque<DeploymentId>,
    /// Those who wait at a gate before their first run: others pass them.
    pub not_ready: BTreeSet<DeploymentId>,
    /// Those in line that a newer one superseded.
    pub superseded: Vec<Superseded>,
    /// Those at a gate that take the place of the ready ones before them once they are passed.
    pub superseding: BTreeSet<DeploymentId>,
    /// The latest deployment that succeeded.
    pub last_success: Option<DeploymentId>,
    /// The latest that had its turn since then and ended otherwise: it may have moved something.
    pub unsettled: Option<DeploymentId>,
}

/// A deployment in line that has to leave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// Which one.
    pub deployment: DeploymentId,
    /// The newer one that takes its place.
    pub by: DeploymentId,
}

/// How many deployments may be in line.
const MOST_IN_LINE: usize = 100;

/// There is no room in line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MOST_IN_LINE} deployments are in line for {environment} already; cancel some, or have newer ones supersede them \
     (`supersede: true` in the project)"
)]
pub struct Full {
    /// Where to.
    environment: EnvironmentName,
}

impl Full {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        "lane-full"
    }
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

    /// Which newer deployment has taken the place of this one in line.
    pub fn superseded_by(&self, deployment: DeploymentId) -> Option<DeploymentId> {
        let mut superseded = self.superseded.iter().filter(|it| it.deployment == deployment);
        superseded.next().map(|it| it.by)
    }

    /// Whether another deployment may stand in line. Those that wait at a gate take no room from those that are
    /// ready, and those that give way take none.
    pub fn admits(&self, environment: &EnvironmentName, ready: bool, supersedes: bool) -> Result<(), Full> {
        let stays = |it: &&DeploymentId| {
            self.superseded_by(**it).is_none() && self.is_at_a_gate(**it) != ready && !supersedes
        };
        // However fast they come: those that give way have to leave the line too.
        let have_left = self.waiting.len() < 3 * MOST_IN_LINE;
        if have_left && self.waiting.iter().filter(stays).count() < MOST_IN_LINE {
            return Ok(());
        }
        Err(Full {
            environment: environment.clone(),
        })
    }

    /// Those in line before a deployment, of which this holds, give way to it.
    fn give_way(&mut self, by: DeploymentId, holds: impl Fn(&Self, DeploymentId) -> bool) {
        let before = self.waiting.iter().copied().take_while(|it| *it != by);
        let stay = before.filter(|it| self.superseded_by(*it).is_none() && holds(self, *it));
        let superseded: Vec<Superseded> = stay.map(|deployment| Superseded { deployment, by }).collect();
        self.superseded.extend(superseded);
    }

    fn is_at_a_gate(&self, deployment: DeploymentId) -> bool {
        self.not_ready.contains(&deployment)
    }

    fn ready(&self) -> impl Iterator<Item = DeploymentId> {
        let waits = |it: &DeploymentId| self.not_ready.contains(it) || self.superseded_by(*it).is_some();
        self.waiting.iter().copied().filter(move |it| !waits(it))
    }
}

/// Whether the turn may be another one's since, or somebody has to leave the line.
pub fn frees(event: &LaneEvent) -> bool {
    match event {
        LaneEvent::TurnEnded { .. } | LaneEvent::TurnReady { .. } => true,
        LaneEvent::TurnRequested { supersedes, .. } => *supersedes,
        LaneEvent::TurnTaken { .. } => false,
    }
}

/// The memory of turns.
#[must_use]
pub fn evolve(mut lane: Lane, event: &LaneEvent) -> Lane {
    match event {
        LaneEvent::TurnRequested {
            deployment,
            ready,
            supersedes,
        } => {
            // What nobody has passed yet takes no place from what somebody has.
            if *supersedes && *ready {
                lane.give_way(*deployment, |_, _| true);
            } else if *supersedes {
                lane.give_way(*deployment, Lane::is_at_a_gate);
                lane.superseding.insert(*deployment);
            }
            lane.waiting.push_back(*deployment);
            if !ready {
                lane.not_ready.insert(*deployment);
            }
        }
        LaneEvent::TurnReady { deployment } => {
            lane.not_ready.remove(deployment);
            // One that gives way itself takes no place.
            if lane.superseding.remove(deployment) && lane.superseded_by(*deployment).is_none() {
                lane.give_way(*deployment, |_, _| true);
            }
        }
        LaneEvent::TurnTaken { deployment } => {
            lane.waiting.retain(|it| it != deployment);
            lane.holder = Some(*deployment);
        }
        LaneEvent::TurnEnded { deployment, outcome } => {
            lane.waiting.retain(|it| it != deployment);
            lane.not_ready.remove(deployment);
            lane.superseded.retain(|it| it.deployment != *deployment);
            lane.superseding.remove(deployment);
            if lane.holder == Some(*deployment) {
                lane.holder = None;
                lane.unsettled = Some(*deployment);
            }
            if *outcome == Outcome::Succeeded {
                lane.last_success = Some(*deployment);
                lane.unsettled = None;
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
            supersedes: false,
        }
    }

    fn superseding(number: u64) -> LaneEvent {
        LaneEvent::TurnRequested {
            deployment: DeploymentId(number),
            ready: true,
            supersedes: true,
        }
    }

    fn at_a_gate(number: u64) -> LaneEvent {
        LaneEvent::TurnRequested {
            deployment: DeploymentId(number),
            ready: false,
            supersedes: false,
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
    fn those_in_line_give_way_to_one_that_supersedes_them_and_whose_turn_has_come_goes_on() {
        let lane = fold([
            requested(1),
            taken(1),
            requested(2),
            at_a_gate(3),
            superseding(4),
            requested(5),
        ]);
        let by = DeploymentId(4);
        let superseded = [2, 3].map(|it| Superseded {
            deployment: DeploymentId(it),
            by,
        });
        assert_eq!(lane.superseded, superseded);
        assert_eq!(lane.ahead_of(by), Some(DeploymentId(1)));
        let lane = evolve(lane, &ended(1, Outcome::Succeeded));
        assert_eq!(lane.next(), Some(by));
        let lane = evolve(lane, &ended(2, Outcome::Superseded));
        assert_eq!(lane.superseded.len(), 1);
    }

    #[test]
    fn one_at_a_gate_takes_the_place_of_those_that_are_ready_when_it_is_passed() {
        let gated = LaneEvent::TurnRequested {
            deployment: DeploymentId(4),
            ready: false,
            supersedes: true,
        };
        let lane = fold([
            requested(1),
            taken(1),
            requested(2),
            at_a_gate(3),
            gated,
            requested(5),
        ]);
        let by = DeploymentId(4);
        assert_eq!(
            lane.superseded_by(DeploymentId(3)),
            Some(by),
            "it waits at a gate too"
        );
        assert_eq!(
            lane.superseded_by(DeploymentId(2)),
            None,
            "somebody has passed it"
        );
        let lane = evolve(lane, &LaneEvent::TurnReady { deployment: by });
        assert_eq!(lane.superseded_by(DeploymentId(2)), Some(by));
        assert_eq!(lane.superseded_by(DeploymentId(5)), None, "it came later");
    }

    #[test]
    fn one_that_gives_way_takes_no_place_when_it_is_passed() {
        let gated = |number| LaneEvent::TurnRequested {
            deployment: DeploymentId(number),
            ready: false,
            supersedes: true,
        };
        let passed = LaneEvent::TurnReady {
            deployment: DeploymentId(2),
        };
        let lane = fold([requested(1), gated(2), gated(3), passed]);
        assert_eq!(lane.superseded_by(DeploymentId(2)), Some(DeploymentId(3)));
        assert_eq!(lane.superseded_by(DeploymentId(1)), None);
    }

    #[test]
    fn there_is_room_for_a_hundred_in_line() {
        let environment = "Production".into();
        let lane = fold((1..=100).map(requested));
        let refusal = lane.admits(&environment, true, false).unwrap_err();
        assert_eq!(
            lane.admits(&environment, false, false),
            Ok(()),
            "at a gate nobody is in the way"
        );
        assert!(
            refusal
                .to_string()
                .contains("100 deployments are in line for Production")
        );
        assert_eq!(
            lane.admits(&environment, true, true),
            Ok(()),
            "they give way to it"
        );
        let superseded = evolve(lane.clone(), &superseding(101));
        assert_eq!(superseded.admits(&environment, true, false), Ok(()));
        let flood = fold((1..=300).map(superseding));
        assert!(
            flood.admits(&environment, true, true).is_err(),
            "as long as nobody has left"
        );
        let lane = evolve(lane, &taken(1));
        assert_eq!(lane.admits(&environment, true, false), Ok(()));
        let gated = fold((1..=100).map(at_a_gate));
        assert_eq!(gated.admits(&environment, true, false), Ok(()));
        assert!(gated.admits(&environment, false, false).is_err());
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
