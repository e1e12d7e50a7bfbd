//! Facts of streams `deployment/<n>`.

use proptest::prelude::*;
use proptest::{collection::vec, option, sample::select};

use super::{deployment_id, frozen_step, name, names, outcome, phase, process, text};
use crate::chain::Hash;
use crate::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Layer, Limits, PlannedStep,
    PlannedTarget,
};
use crate::event::process::{GateDecision, GateId};
use crate::ids::{AttemptId, AttemptNumber};
use crate::journal::JournalHead;
use crate::stream::LaneKey;

fn attempt() -> impl Strategy<Value = AttemptId> {
    (name(), name(), any::<u32>()).prop_map(|(step, target, attempt)| AttemptId {
        step,
        target,
        attempt: AttemptNumber(attempt),
    })
}

fn gate() -> impl Strategy<Value = GateId> {
    (name(), option::of(name()), name()).prop_map(|(entry, target, gate)| GateId { entry, target, gate })
}

fn requested() -> impl Strategy<Value = DeploymentEvent> {
    let lane = (text(), text()).prop_map(|(project, environment)| LaneKey::new(&project, &environment));
    let step = (frozen_step(), names()).prop_map(|(step, targets)| PlannedStep { step, targets });
    let process = process(step);
    let target = (name(), any::<u64>(), name(), name(), option::of(text()), names());
    let target = target.prop_map(
        |(name, revision, account, certificate, namespace, roles)| PlannedTarget {
            name,
            revision,
            account,
            certificate,
            namespace,
            roles,
        },
    );
    let targets = vec(target, 0..3);
    (
        deployment_id(),
        name(),
        name(),
        name(),
        phase(),
        lane,
        process,
        targets,
    )
        .prop_map(
            |(deployment, project, release, environment, phase, lane, process, targets)| {
                DeploymentEvent::DeploymentRequested {
                    deployment,
                    project,
                    release,
                    environment,
                    phase,
                    lane,
                    process,
                    targets,
                }
            },
        )
}

fn limits() -> impl Strategy<Value = Limits> {
    any::<[u64; 6]>().prop_map(|numbers| Limits {
        memory_bytes: numbers[0],
        call_bytes: numbers[1],
        calls: numbers[2],
        journal_entries: numbers[3],
        journal_bytes: numbers[4],
        answer_bytes: numbers[5],
    })
}

fn started() -> impl Strategy<Value = DeploymentEvent> {
    let journal = (name(), limits(), option::of(any::<u32>()));
    (attempt(), text(), any::<u64>(), text(), journal).prop_map(
        |(id, seed, deadline_seconds, host_version, (component, limits, journal_format))| {
            DeploymentEvent::AttemptStarted {
                id,
                seed,
                deadline_seconds,
                host_version,
                component,
                limits,
                journal_format,
            }
        },
    )
}

fn ended() -> impl Strategy<Value = DeploymentEvent> {
    let journal = (any::<u64>(), any::<[u8; 32]>()).prop_map(|(entries, hash)| JournalHead {
        entries,
        hash: Hash::from_bytes(hash),
    });
    let outcome = select(AttemptOutcome::ALL.to_vec());
    let reason = option::of(select(EndReason::ALL.to_vec()));
    (attempt(), outcome, reason, option::of(journal)).prop_map(|(id, outcome, reason, journal)| {
        DeploymentEvent::AttemptEnded {
            id,
            outcome,
            reason,
            journal,
        }
    })
}

pub(super) fn any_fact() -> impl Strategy<Value = DeploymentEvent> {
    prop_oneof![
        requested(),
        Just(DeploymentEvent::DeploymentStarted {}),
        started(),
        (attempt(), any::<u64>(), text()).prop_map(|(id, entries, host_version)| {
            DeploymentEvent::AttemptResumed {
                id,
                entries,
                host_version,
            }
        }),
        (attempt(), select(Layer::ALL.to_vec()), text())
            .prop_map(|(id, layer, rule)| DeploymentEvent::AccessDenied { id, layer, rule }),
        (attempt(), text()).prop_map(|(id, name)| DeploymentEvent::MilestoneReached { id, name }),
        (attempt(), text(), any::<bool>()).prop_map(|(id, name, sensitive)| DeploymentEvent::OutputSet {
            id,
            name,
            sensitive
        }),
        ended(),
        gate().prop_map(|id| DeploymentEvent::GateOpened { id }),
        (gate(), select(GateDecision::ALL.to_vec()))
            .prop_map(|(id, decision)| DeploymentEvent::GateDecided { id, decision }),
        Just(DeploymentEvent::CancelRequested {}),
        (outcome(), select(DeploymentEndReason::ALL.to_vec()))
            .prop_map(|(outcome, reason)| DeploymentEvent::DeploymentEnded { outcome, reason }),
    ]
}
