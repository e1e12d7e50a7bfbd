//! What becomes true together when a deployment ends: on its own stream, on its lane, and of its release.

use shipslog_events::event::deployment::{DeploymentEndReason, DeploymentEvent, Outcome};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::progress::ProgressEvent;

use super::{Attempt, Command, Deployment, Refusal, decide};
use crate::progress::Progress;

/// The facts of an end, each for its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// For the deployment's stream.
    pub ended: Vec<DeploymentEvent>,
    /// For the lane's.
    pub turn: LaneEvent,
    /// For the progress of the release.
    pub environment: ProgressEvent,
    /// Beside it, where a phase has succeeded with it.
    pub phase: Option<ProgressEvent>,
}

/// Ends a deployment, or refuses to: none of these facts stands without the others. `progress` is how far its release
/// has come until then.
pub fn ending(
    deployment: &Deployment,
    progress: &Progress,
    reason: DeploymentEndReason,
) -> Result<Ending, Refusal> {
    let outcome = reason.outcome();
    let completes =
        outcome == Outcome::Succeeded && progress.is_completed_by(&deployment.phase, &deployment.environment);
    Ok(Ending {
        ended: decide(deployment, Command::End { reason })?,
        turn: LaneEvent::TurnEnded {
            deployment: deployment.id,
            outcome,
        },
        environment: ProgressEvent::EnvironmentEnded {
            project: deployment.project.clone(),
            version: deployment.release.clone(),
            environment: deployment.environment.clone(),
            deployment: deployment.id,
            outcome,
            ran: deployment.attempts.iter().any(Attempt::ran),
        },
        phase: completes.then(|| ProgressEvent::PhaseSucceeded {
            project: deployment.project.clone(),
            version: deployment.release.clone(),
            phase: deployment.phase.clone(),
        }),
    })
}

#[cfg(test)]
mod tests {
    use shipslog_events::event::configuration::Phase;
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
            phase: Phase {
                name: "First".into(),
                environments: vec!["Development".into()],
            },
            lane: LaneKey::new("big-shop", "development"),
            process: Vec::new(),
            targets: Vec::new(),
            status: Status::Running,
            cancel_requested: false,
            attempts: Vec::new(),
            gates: Vec::new(),
        }
    }

    #[test]
    fn every_end_leaves_the_lane_and_is_told_of_the_release_and_success_alone_completes_its_phase() {
        for (reason, moves_on) in [
            (DeploymentEndReason::Succeeded, true),
            (DeploymentEndReason::Failed, false),
            (DeploymentEndReason::Errored, false),
            (DeploymentEndReason::GateFailed, false),
            (DeploymentEndReason::GateExpired, false),
            (DeploymentEndReason::Cancelled, false),
            (DeploymentEndReason::Superseded, false),
        ] {
            let outcome = reason.outcome();
            let ending = ending(&running(), &Progress::default(), reason).unwrap();
            assert_eq!(
                ending.ended,
                [DeploymentEvent::DeploymentEnded { outcome, reason }]
            );
            let deployment = DeploymentId(1);
            assert_eq!(ending.turn, LaneEvent::TurnEnded { deployment, outcome });
            let told = |it: &ProgressEvent| matches!(it, ProgressEvent::EnvironmentEnded { outcome: it, .. } if *it == outcome);
            assert!(told(&ending.environment), "{reason}");
            assert_eq!(ending.phase.is_some(), moves_on, "{reason}");
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
            ending(&over, &Progress::default(), DeploymentEndReason::Succeeded),
            Err(Refusal::Ended { id, outcome })
        );
    }
}
