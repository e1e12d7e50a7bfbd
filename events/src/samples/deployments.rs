//! Facts of streams `deployment/<n>`.

use super::{case, frozen_step, gate, phase};
use crate::event::Event;
use crate::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Layer, Limits, PlannedStep,
    PlannedTarget,
};
use crate::event::process::{Entry, GateDecision, GateId};
use crate::ids::{AttemptId, AttemptNumber, DeploymentId};
use crate::journal::JournalHead;
use crate::stream::LaneKey;

pub(super) fn all() -> Vec<(String, Event)> {
    let requested = DeploymentEvent::DeploymentRequested {
        deployment: DeploymentId(841),
        project: "Httpd".into(),
        release: "1.0.0".into(),
        environment: "Development".into(),
        phase: phase(),
        lane: LaneKey::new("httpd", "development"),
        process: vec![
            Entry::Run(PlannedStep {
                step: frozen_step(),
                targets: vec!["Httpd Development".into()],
            }),
            Entry::Gate(gate()),
        ],
        targets: vec![PlannedTarget {
            name: "Httpd Development".into(),
            revision: 2,
            account: "httpd-development".into(),
            certificate: "cluster-ca".into(),
            namespace: Some("httpd-development".into()),
            roles: vec!["Httpd".into()],
        }],
    };
    let resumed = DeploymentEvent::AttemptResumed {
        id: attempt(),
        entries: 17,
        host_version: "0.1.0".into(),
    };
    let milestone = DeploymentEvent::MilestoneReached {
        id: attempt(),
        name: "traffic-switched".into(),
    };
    let output = |sensitive| DeploymentEvent::OutputSet {
        id: attempt(),
        name: "token".into(),
        sensitive,
    };
    let mut cases = vec![
        case("", requested),
        case("", DeploymentEvent::DeploymentStarted {}),
        case("", attempt_started(true)),
        case("that-could-not-begin", attempt_started(false)),
        case("", resumed),
        case(
            "journaled",
            attempt_ended(AttemptOutcome::Succeeded, None, Some(head())),
        ),
        case("", milestone),
        case("plain", output(false)),
        case("sensitive", output(true)),
        case("", DeploymentEvent::CancelRequested {}),
        case("", DeploymentEvent::GateOpened { id: gate().id() }),
        case("within-a-run", DeploymentEvent::GateOpened { id: within_a_run() }),
    ];
    cases.extend(GateDecision::ALL.map(|it| case(it.to_string(), gate_decided(it))));
    cases.extend(Layer::ALL.map(|layer| case(layer.to_string(), denied(layer))));
    cases.extend(
        AttemptOutcome::ALL.map(|outcome| case(outcome.to_string(), attempt_ended(outcome, None, None))),
    );
    cases.extend(EndReason::ALL.map(|reason| case(reason.to_string(), errored(reason))));
    cases.extend(DeploymentEndReason::ALL.map(|reason| case(reason.to_string(), deployment_ended(reason))));
    cases
}

fn denied(layer: Layer) -> DeploymentEvent {
    DeploymentEvent::AccessDenied {
        id: attempt(),
        layer,
        rule: "get secrets in namespace kube-system".into(),
    }
}

fn attempt_started(can_begin: bool) -> DeploymentEvent {
    let limits = Limits {
        memory_bytes: 64 << 20,
        call_bytes: 8 << 20,
        calls: 100_000,
        journal_entries: 10_000,
        journal_bytes: 32 << 20,
        answer_bytes: 4 << 20,
    };
    DeploymentEvent::AttemptStarted {
        id: attempt(),
        seed: "c0ffee".into(),
        deadline_seconds: 1800,
        host_version: "0.1.0".into(),
        component: "sha256:51e9".into(),
        limits,
        journal_format: can_begin.then_some(1),
    }
}

fn attempt_ended(
    outcome: AttemptOutcome,
    reason: Option<EndReason>,
    journal: Option<JournalHead>,
) -> DeploymentEvent {
    DeploymentEvent::AttemptEnded {
        id: attempt(),
        outcome,
        reason,
        journal,
    }
}

fn errored(reason: EndReason) -> DeploymentEvent {
    attempt_ended(AttemptOutcome::Errored, Some(reason), Some(head()))
}

fn head() -> JournalHead {
    JournalHead::START.with(b"first").with(b"second")
}

fn deployment_ended(reason: DeploymentEndReason) -> DeploymentEvent {
    DeploymentEvent::DeploymentEnded {
        outcome: reason.outcome(),
        reason,
    }
}

fn attempt() -> AttemptId {
    AttemptId {
        step: "Deploy httpd".into(),
        target: "Httpd Development".into(),
        attempt: AttemptNumber::FIRST,
    }
}

fn within_a_run() -> GateId {
    GateId {
        entry: "Deploy httpd".into(),
        target: Some("Httpd Development".into()),
        gate: "before-switch".into(),
    }
}

fn gate_decided(decision: GateDecision) -> DeploymentEvent {
    DeploymentEvent::GateDecided {
        id: gate().id(),
        decision,
    }
}
