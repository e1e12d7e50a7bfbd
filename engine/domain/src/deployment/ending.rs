//! What becomes true together when a deployment ends: on its own stream, on its lane and, after success, of the release.

use shipslog_events::event::deployment::{DeploymentEndReason, DeploymentEvent, Outcome};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::release::ReleaseEvent;

use super::{Command, Deployment, Refusal, decide};
use crate::slug::slug;

/// The facts of an end, each for its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// For the deployment's stream.
    pub ended: Vec<DeploymentEvent>,
    /// For the lane's.
    pub turn: LaneEvent,
    /// For the releases', after success.
    pub succeeded: Option<Succeeded>,
}

/// A release has passed a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succeeded {
    /// The project's slug, which names the stream.
    pub project_slug: String,
    /// The fact.
    pub event: ReleaseEvent,
}

/// Ends a deployment, or refuses to: none of these facts stands without the others.
pub fn ending(deployment: &Deployment, reason: DeploymentEndReason) -> Result<Ending, Refusal> {
    let outcome = reason.outcome();
    Ok(Ending {
        ended: decide(deployment, Command::End { reason })?,
        turn: LaneEvent::TurnEnded {
            deployment: deployment.id,
            outcome,
        },
        succeeded: (outcome == Outcome::Succeeded).then(|| succeeded(deployment)),
    })
}

fn succeeded(deployment: &Deployment) -> Succeeded {
    Succeeded {
        project_slug: slug(deployment.project.as_str()),
        event: ReleaseEvent::PhaseSucceeded {
            project: deployment.project.clone(),
            version: deployment.release.clone(),
            phase: deployment.phase.clone(),
            environment: deployment.environment.clone(),
            deployment: deployment.id,
        },
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::DeploymentId;
    use shipslog_events::stream::LaneKey;

    use super::super::Status;
    use super::*;

    fn running() -> Deployment {
        Deployment {
            id: DeploymentId(1),
            project: "Big shop".into(),
            release: "1.0.0".into(),
            environment: "Development".into(),
            phase: "First".into(),
            lane: LaneKey::new("big-shop", "development"),
            steps: Vec::new(),
            status: Status::Running,
            cancel_requested: false,
            attempts: Vec::new(),
        }
    }

    #[test]
    fn every_end_leaves_the_lane_and_success_alone_moves_the_release_on() {
        for (reason, moves_on) in [
            (DeploymentEndReason::Succeeded, true),
            (DeploymentEndReason::Failed, false),
            (DeploymentEndReason::Errored, false),
            (DeploymentEndReason::Cancelled, false),
        ] {
            let outcome = reason.outcome();
            let ending = ending(&running(), reason).unwrap();
            assert_eq!(
                ending.ended,
                [DeploymentEvent::DeploymentEnded { outcome, reason }]
            );
            let deployment = DeploymentId(1);
            assert_eq!(ending.turn, LaneEvent::TurnEnded { deployment, outcome });
            let stream = ending.succeeded.map(|it| it.project_slug);
            assert_eq!(stream.as_deref(), moves_on.then_some("big-shop"), "{reason}");
        }
    }

    #[test]
    fn a_deployment_that_is_over_does_not_end_again() {
        let (outcome, reason) = (Outcome::Failed, DeploymentEndReason::Failed);
        let over = Deployment {
            status: Status::Ended { outcome, reason },
            ..running()
        };
        let id = over.id;
        assert_eq!(
            ending(&over, DeploymentEndReason::Succeeded),
            Err(Refusal::Ended { id, outcome })
        );
    }
}
