//! Histories that a driver could write, whatever comes of its runs and gates.

use proptest::prelude::*;
use shipslog_events::event::process::{Gate, GateKind};

use super::*;

fn any_outcome() -> impl Strategy<Value = AttemptOutcome> {
    prop_oneof![
        Just(AttemptOutcome::Succeeded),
        Just(AttemptOutcome::Failed),
        Just(AttemptOutcome::Errored),
        Just(AttemptOutcome::Cancelled),
    ]
}

/// Plays a driver that takes any of the due things, with any outcome, and cancels at some moment.
fn play(outcomes: Vec<AttemptOutcome>, cancel_at: usize) -> Vec<DeploymentEvent> {
    let gate = |name: &str| {
        Entry::Gate(Gate {
            name: name.into(),
            kind: GateKind::Manual,
            time_limit_seconds: 60,
        })
    };
    let (a, b) = (planned("a", &["one", "two"]), planned("b", &["one"]));
    let mut history = vec![of(vec![gate("c"), Entry::Run(a), gate("d"), Entry::Run(b)])];
    let mut deployment = evolve(None, &history[0]).unwrap();
    for (turn, outcome) in outcomes.into_iter().enumerate() {
        let command = match next(&deployment).remove(0) {
            _ if turn == cancel_at => Command::Cancel,
            Due::AwaitTurn => Command::Start,
            Due::OpenGate(id) => Command::OpenGate(id),
            Due::AwaitGate { id, .. } => Command::DecideGate {
                id,
                decision: match outcome {
                    AttemptOutcome::Failed => GateDecision::Failed,
                    AttemptOutcome::Errored => GateDecision::Expired,
                    AttemptOutcome::Succeeded | AttemptOutcome::Cancelled => GateDecision::Passed,
                },
            },
            Due::StartAttempt { id, .. } => start(id),
            Due::Attend(id) | Due::CancelAttempt(id) => end_attempt(id, outcome),
            Due::End { reason } => Command::End { reason },
            Due::Nothing => break,
        };
        for event in decide(&deployment, command).unwrap_or_default() {
            deployment = evolve(Some(deployment), &event).unwrap();
            history.push(event);
        }
    }
    history
}

proptest! {
    #[test]
    fn a_deployment_ends_at_most_once_and_then_nothing_is_due(
        outcomes in proptest::collection::vec(any_outcome(), 0..60), cancel_at in 0_usize..80
    ) {
        let history = play(outcomes, cancel_at);
        let ends = history.iter().filter(|it| matches!(it, DeploymentEvent::DeploymentEnded { .. })).count();
        prop_assert!(ends <= 1);
        let folded = history.iter().fold(None, evolve).unwrap();
        prop_assert_eq!(folded.is_open(), ends == 0);
        prop_assert_eq!(next(&folded) == [Due::Nothing], ends == 1);
    }

    #[test]
    fn replaying_a_history_gives_the_same_state(
        outcomes in proptest::collection::vec(any_outcome(), 0..60), cancel_at in 0_usize..80
    ) {
        let history = play(outcomes, cancel_at);
        let once = history.iter().fold(None, evolve);
        let text = serde_json::to_string(&history).unwrap();
        let read: Vec<DeploymentEvent> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(once, read.iter().fold(None, evolve));
    }
}
