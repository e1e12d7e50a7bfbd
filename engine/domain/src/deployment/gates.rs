//! Gates: opened when a deployment comes to them, decided by somebody or by time.

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::{DeploymentEvent, PlannedStep};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::process::{Entry, Gate, GateDecision, GateId};
use shipslog_events::ids::StepName;
use shipslog_nearest as nearest;

use super::{Command, Deployment, Refusal, Status, decide};

/// A gate that a deployment has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedGate {
    /// Which gate.
    pub id: GateId,
    /// Nothing while it waits.
    pub decision: Option<GateDecision>,
}

/// The facts of a decision, each for its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// For the deployment's stream.
    pub decided: Vec<DeploymentEvent>,
    /// For the lane's, where nothing stands before the first run any more.
    pub turn: Option<LaneEvent>,
}

/// Decides at a gate, or refuses to.
pub fn decide_gate(deployment: &Deployment, id: GateId, decision: GateDecision) -> Result<Decided, Refusal> {
    let last = deployment
        .gates_before_first_run()
        .filter(|it| deployment.decision(&it.id()) != Some(GateDecision::Passed))
        .all(|it| it.id() == id);
    let is_ready = deployment.status == Status::Waiting && last && decision == GateDecision::Passed;
    let command = Command::DecideGate { id, decision };
    Ok(Decided {
        decided: decide(deployment, command)?,
        turn: is_ready.then_some(LaneEvent::TurnReady {
            deployment: deployment.id,
        }),
    })
}

impl Deployment {
    /// The gate that it waits at.
    pub fn open_gate(&self) -> Option<&GateId> {
        let mut open = self.gates.iter().filter(|it| it.decision.is_none());
        open.next().filter(|_| self.is_open()).map(|it| &it.id)
    }

    /// The entry of a gate, whether or not the deployment has come to it.
    pub fn gate(&self, name: &StepName) -> Result<&Gate, Refusal> {
        let gates = || self.process.iter().filter_map(gate_of);
        gates().find(|it| it.name == *name).ok_or_else(|| {
            let known: Vec<String> = gates().map(|it| it.name.to_string()).collect();
            Refusal::NoGate(nearest::unknown("gate", name.as_str(), &known))
        })
    }

    /// What was decided at a gate.
    pub fn decision(&self, id: &GateId) -> Option<GateDecision> {
        self.opened(id)?.decision
    }

    /// A gate is decided once, and not before it is open.
    pub(super) fn decided(&self, id: GateId, decision: GateDecision) -> Result<DeploymentEvent, Refusal> {
        match self.opened(&id).map(|it| it.decision) {
            Some(None) if self.cancel_requested && decision != GateDecision::Expired => {
                Err(Refusal::BeingCancelled { id: self.id })
            }
            Some(None) => Ok(DeploymentEvent::GateDecided { id, decision }),
            Some(Some(decision)) => Err(Refusal::GateDecided {
                id: self.id,
                gate: id.gate,
                decision,
            }),
            None => Err(Refusal::GateNotOpen {
                id: self.id,
                gate: id.gate,
            }),
        }
    }

    pub(super) fn opened(&self, id: &GateId) -> Option<&OpenedGate> {
        self.gates.iter().find(|it| it.id == *id)
    }

    /// Others pass a deployment that waits at one of these.
    pub(super) fn gates_before_first_run(&self) -> impl Iterator<Item = &Gate> {
        gates_before_first_run(&self.process)
    }
}

/// A step without targets is skipped: it is no run.
pub(super) fn gates_before_first_run(process: &[Entry<PlannedStep>]) -> impl Iterator<Item = &Gate> {
    let runs = |it: &Entry<PlannedStep>| it.run().is_some_and(|it| !it.targets.is_empty());
    process.iter().take_while(move |it| !runs(it)).filter_map(gate_of)
}

fn gate_of<R>(entry: &Entry<R>) -> Option<&Gate> {
    match entry {
        Entry::Gate(gate) => Some(gate),
        Entry::Run(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEndReason};
    use shipslog_events::event::process::GateKind;
    use shipslog_events::ids::DeploymentId;

    use super::super::tests::{ended, id, of, planned, started};
    use super::super::{Due, evolve, next};
    use super::*;

    fn gate(name: &str) -> Gate {
        Gate {
            name: name.into(),
            kind: GateKind::Manual,
            time_limit_seconds: 60,
        }
    }

    fn opened(name: &str) -> DeploymentEvent {
        DeploymentEvent::GateOpened { id: gate(name).id() }
    }

    fn decided(name: &str, decision: GateDecision) -> DeploymentEvent {
        DeploymentEvent::GateDecided {
            id: gate(name).id(),
            decision,
        }
    }

    /// Approve, then a step, then a look at what came of it, then another step.
    fn given(events: impl IntoIterator<Item = DeploymentEvent>) -> Deployment {
        let process = vec![
            Entry::Gate(gate("Approve")),
            Entry::Run(planned("a", &["one"])),
            Entry::Gate(gate("Look")),
            Entry::Run(planned("b", &["one"])),
        ];
        let events = std::iter::once(of(process)).chain(events);
        events.fold(None, |it, event| evolve(it, &event)).unwrap()
    }

    /// The first gate is passed, and the first step has run.
    fn at_the_second() -> Vec<DeploymentEvent> {
        vec![
            opened("Approve"),
            decided("Approve", GateDecision::Passed),
            DeploymentEvent::DeploymentStarted {},
            started(id("a", "one", 1)),
            ended(id("a", "one", 1), AttemptOutcome::Succeeded),
        ]
    }

    fn awaited(name: &str) -> Due {
        Due::AwaitGate {
            id: gate(name).id(),
            time_limit_seconds: 60,
        }
    }

    fn end(reason: DeploymentEndReason) -> Due {
        Due::End { reason }
    }

    #[test]
    fn a_gate_before_the_first_run_is_opened_and_awaited_before_the_turn() {
        assert_eq!(next(&given([])), [Due::OpenGate(gate("Approve").id())]);
        assert_eq!(next(&given([opened("Approve")])), [awaited("Approve")]);
        let passed = given([opened("Approve"), decided("Approve", GateDecision::Passed)]);
        assert_eq!(next(&passed), [Due::AwaitTurn]);
    }

    #[test]
    fn a_gate_between_runs_is_awaited_when_what_comes_before_it_has_succeeded() {
        let events = at_the_second();
        assert_eq!(next(&given(events.clone())), [Due::OpenGate(gate("Look").id())]);
        let open = events.into_iter().chain([opened("Look")]);
        assert_eq!(next(&given(open.clone())), [awaited("Look")]);
        let passed = given(open.chain([decided("Look", GateDecision::Passed)]));
        assert!(matches!(next(&passed)[..], [Due::StartAttempt { .. }]));
    }

    #[test]
    fn a_gate_that_is_not_passed_ends_the_deployment_with_its_own_reason() {
        for (decision, reason) in [
            (GateDecision::Failed, DeploymentEndReason::GateFailed),
            (GateDecision::Expired, DeploymentEndReason::GateExpired),
        ] {
            let first = given([opened("Approve"), decided("Approve", decision)]);
            assert_eq!(next(&first), [end(reason)]);
            let second = at_the_second().into_iter();
            let second = given(second.chain([opened("Look"), decided("Look", decision)]));
            assert_eq!(next(&second), [end(reason)]);
        }
    }

    #[test]
    fn whoever_cancels_a_deployment_at_a_gate_ends_it() {
        let cancel = DeploymentEvent::CancelRequested {};
        let cancelled = [end(DeploymentEndReason::Cancelled)];
        assert_eq!(next(&given([opened("Approve"), cancel.clone()])), cancelled);
        let second = at_the_second().into_iter().chain([opened("Look"), cancel]);
        assert_eq!(next(&given(second)), cancelled);
    }

    #[test]
    fn a_gate_behind_a_step_that_is_skipped_is_one_before_the_first_run() {
        let process = vec![
            Entry::Run(planned("a", &[])),
            Entry::Gate(gate("Approve")),
            Entry::Run(planned("b", &["one"])),
        ];
        let deployment = evolve(None, &of(process)).unwrap();
        assert_eq!(next(&deployment), [Due::OpenGate(gate("Approve").id())]);
    }

    #[test]
    fn who_is_asked_to_stop_is_not_let_through() {
        let cancelled = given([opened("Approve"), DeploymentEvent::CancelRequested {}]);
        let refusal = decide_gate(&cancelled, gate("Approve").id(), GateDecision::Passed).unwrap_err();
        assert_eq!(refusal.code(), "being-cancelled");
        let failed = at_the_second().into_iter().chain([
            opened("Look"),
            decided("Look", GateDecision::Failed),
            DeploymentEvent::CancelRequested {},
        ]);
        assert_eq!(
            next(&given(failed)),
            [end(DeploymentEndReason::GateFailed)],
            "that came first"
        );
    }

    #[test]
    fn with_the_last_gate_before_its_first_run_it_is_ready_for_its_turn() {
        let two = |events: Vec<DeploymentEvent>| {
            let process = vec![
                Entry::Gate(gate("Approve")),
                Entry::Gate(gate("Look")),
                Entry::Run(planned("a", &["one"])),
            ];
            let events = std::iter::once(of(process)).chain(events);
            events.fold(None, |it, event| evolve(it, &event)).unwrap()
        };
        let turn = |deployment: &Deployment, name: &str, decision| {
            decide_gate(deployment, gate(name).id(), decision).unwrap().turn
        };
        let ready = Some(LaneEvent::TurnReady {
            deployment: DeploymentId(1),
        });
        let first = two(vec![opened("Approve")]);
        assert_eq!(turn(&first, "Approve", GateDecision::Passed), None);
        let passed = decided("Approve", GateDecision::Passed);
        let second = two(vec![opened("Approve"), passed, opened("Look")]);
        assert_eq!(turn(&second, "Look", GateDecision::Passed), ready);
        assert_eq!(turn(&second, "Look", GateDecision::Failed), None);
        let in_its_turn = given(at_the_second().into_iter().chain([opened("Look")]));
        assert_eq!(turn(&in_its_turn, "Look", GateDecision::Passed), None);
    }

    #[test]
    fn a_gate_is_decided_once_and_not_before_it_is_open() {
        let decide = |deployment: &Deployment, name: &str| {
            decide_gate(deployment, gate(name).id(), GateDecision::Passed)
        };
        let open = given([opened("Approve")]);
        assert_eq!(
            decide(&open, "Look").unwrap_err().to_string(),
            "gate Look of deployments-1 is not open: what stands before it comes first, or it is being opened this moment"
        );
        let failed = given([opened("Approve"), decided("Approve", GateDecision::Failed)]);
        let refusal = decide(&failed, "Approve").unwrap_err();
        assert_eq!(refusal.code(), "gate-decided");
        assert_eq!(
            refusal.to_string(),
            "gate Approve of deployments-1 has failed already; a decision is not taken back"
        );
        let unknown = open.gate(&"Aprove".into()).unwrap_err();
        assert!(unknown.to_string().contains("`Approve`"), "{unknown}");
    }

    #[test]
    fn a_deployment_says_at_which_gate_it_waits() {
        let waits = |events: Vec<DeploymentEvent>| given(events).open_gate().cloned();
        assert_eq!(waits(vec![]), None);
        assert_eq!(waits(vec![opened("Approve")]), Some(gate("Approve").id()));
        assert_eq!(waits(at_the_second()), None);
    }
}
