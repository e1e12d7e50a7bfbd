//! Events to test with: every type, and every value of the enums inside them, by the name of the case.

mod deployments;
mod objects;

use crate::event::Event;
use crate::event::access::{AccessEvent, AccessRole};
use crate::event::configuration::{
    ConfigurationEvent, DocumentFacts, OutputReference, Package, Phase, ProcessStep,
};
use crate::event::deployment::Outcome;
use crate::event::lane::LaneEvent;
use crate::event::process::{Entry, Gate, GateKind};
use crate::event::progress::ProgressEvent;
use crate::event::release::{FrozenPackage, FrozenStep, ReleaseEvent};
use crate::ids::DeploymentId;

/// All cases; the name is empty where a type has only one.
pub fn all() -> Vec<(String, Event)> {
    [
        access(),
        configuration(),
        releases(),
        progress(),
        lanes(),
        objects::all(),
        deployments::all(),
    ]
    .concat()
}

fn case(name: impl Into<String>, event: impl Into<Event>) -> (String, Event) {
    (name.into(), event.into())
}

fn access() -> Vec<(String, Event)> {
    let created = |access_role: AccessRole| {
        let (key, digest) = ("k_7f3a".into(), "9f86d081884c7d65".repeat(4));
        case(
            access_role.to_string(),
            AccessEvent::KeyCreated {
                key,
                name: "ci".into(),
                access_role,
                digest,
            },
        )
    };
    let mut cases = AccessRole::ALL.map(created).to_vec();
    cases.push(case("", AccessEvent::KeyRevoked { key: "k_7f3a".into() }));
    cases
}

fn configuration() -> Vec<(String, Event)> {
    let from_output = OutputReference {
        project: "Httpd bootstrap".into(),
        environment: "Admin".into(),
        step: "Bootstrap Development".into(),
        output: "token".into(),
    };
    let first = Phase {
        name: "Development".into(),
        environments: vec!["Development".into()],
    };
    let target = DocumentFacts::Target {
        account: "httpd-development".into(),
        certificate: "cluster-ca".into(),
        namespace: Some("httpd-development".into()),
        environments: vec!["Development".into()],
        roles: vec!["Httpd".into()],
    };
    let whole_cluster = DocumentFacts::Target {
        account: "administrator".into(),
        certificate: "cluster-ca".into(),
        namespace: None,
        environments: vec!["Admin".into()],
        roles: vec!["Admin".into()],
    };
    let project = DocumentFacts::Project {
        lifecycle: "Application".into(),
        packages: vec![Package {
            name: "httpd".into(),
            feed: "Docker".into(),
            image: "httpd".into(),
        }],
        process: vec![Entry::Run(process_step()), Entry::Gate(gate())],
        supersede: true,
        variable_environments: vec!["Production".into()],
    };
    [
        ("environment", DocumentFacts::Environment {}),
        ("lifecycle", DocumentFacts::Lifecycle { phases: vec![first] }),
        ("feed", DocumentFacts::Feed {}),
        ("certificate", DocumentFacts::Certificate {}),
        ("account", DocumentFacts::Account { from_output: None }),
        (
            "account-from-output",
            DocumentFacts::Account {
                from_output: Some(from_output),
            },
        ),
        ("target", target),
        ("target-of-whole-cluster", whole_cluster),
        ("project", project),
    ]
    .map(|(name, facts)| case(name, applied(facts)))
    .to_vec()
}

fn applied(facts: DocumentFacts) -> ConfigurationEvent {
    ConfigurationEvent::DocumentApplied {
        name: "My Httpd".into(),
        slug: "my-httpd".into(),
        revision: 3,
        facts,
    }
}

fn releases() -> Vec<(String, Event)> {
    let package = FrozenPackage {
        name: "httpd".into(),
        feed: "Docker".into(),
        reference: "docker.io/library/httpd:2.4.71@sha256:4f1b".into(),
        version: "2.4.71".into(),
        digest: "sha256:4f1b".into(),
    };
    let created = ReleaseEvent::ReleaseCreated {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        lifecycle: "Application".into(),
        revision: 3,
        packages: vec![package],
        process: vec![Entry::Gate(gate()), Entry::Run(frozen_step())],
    };
    vec![case("", created)]
}

/// The phase of the samples.
pub(crate) fn phase() -> Phase {
    Phase {
        name: "Development".into(),
        environments: vec!["Development".into(), "Europe".into()],
    }
}

fn progress() -> Vec<(String, Event)> {
    let requested = ProgressEvent::EnvironmentRequested {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        phase: phase(),
        environment: "Development".into(),
        deployment: DeploymentId(841),
    };
    let ended = ProgressEvent::EnvironmentEnded {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        environment: "Development".into(),
        deployment: DeploymentId(841),
        outcome: Outcome::Succeeded,
        ran: true,
    };
    let succeeded = ProgressEvent::PhaseSucceeded {
        project: "Httpd".into(),
        version: "1.0.0".into(),
        phase: phase(),
    };
    [requested, ended, succeeded]
        .map(|event| case("", event))
        .to_vec()
}

fn lanes() -> Vec<(String, Event)> {
    let deployment = DeploymentId(841);
    vec![
        case(
            "",
            LaneEvent::TurnRequested {
                deployment,
                ready: true,
                supersedes: false,
            },
        ),
        case(
            "before-a-gate",
            LaneEvent::TurnRequested {
                deployment,
                ready: false,
                supersedes: false,
            },
        ),
        case(
            "superseding",
            LaneEvent::TurnRequested {
                deployment,
                ready: true,
                supersedes: true,
            },
        ),
        case("", LaneEvent::TurnReady { deployment }),
        case("", LaneEvent::TurnTaken { deployment }),
        case(
            "",
            LaneEvent::TurnEnded {
                deployment,
                outcome: Outcome::Succeeded,
            },
        ),
    ]
}

fn process_step() -> ProcessStep {
    ProcessStep {
        name: "Deploy httpd".into(),
        uses: "deploy-containers@1".into(),
        roles: vec!["Httpd".into()],
    }
}

fn gate() -> Gate {
    Gate {
        name: "Approve".into(),
        kind: GateKind::Manual,
        time_limit_seconds: 604_800,
    }
}

fn frozen_step() -> FrozenStep {
    FrozenStep {
        step: process_step(),
        component: "sha256:51e9".into(),
    }
}
