//! Every event there can be, for properties.

mod deployments;
mod objects;

use proptest::prelude::*;
use proptest::{collection::vec, option, sample::select};

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

pub(super) fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        access().prop_map(Event::from),
        configuration().prop_map(Event::from),
        release().prop_map(Event::from),
        progress().prop_map(Event::from),
        lane().prop_map(Event::from),
        objects::any_fact().prop_map(Event::from),
        deployments::any_fact().prop_map(Event::from),
    ]
}

/// Texts as people write them, and as nobody should.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z0-9-]{0,12}",
        any::<String>(),
        Just("type".to_owned()),
        Just("\"}{\\\u{0}".to_owned())
    ]
    .boxed()
}

/// A name of any type.
fn name<T: From<String> + std::fmt::Debug + 'static>() -> BoxedStrategy<T> {
    text().prop_map(T::from).boxed()
}

fn names<T: From<String> + std::fmt::Debug + 'static>() -> BoxedStrategy<Vec<T>> {
    vec(name(), 0..3).boxed()
}

fn access() -> impl Strategy<Value = AccessEvent> {
    let role = select(AccessRole::ALL.to_vec());
    prop_oneof![
        (name(), text(), role, text()).prop_map(|(key, name, access_role, digest)| AccessEvent::KeyCreated {
            key,
            name,
            access_role,
            digest
        }),
        name().prop_map(|key| AccessEvent::KeyRevoked { key }),
    ]
}

fn configuration() -> impl Strategy<Value = ConfigurationEvent> {
    (text(), text(), any::<u64>(), facts()).prop_map(|(name, slug, revision, facts)| {
        ConfigurationEvent::DocumentApplied {
            name,
            slug,
            revision,
            facts,
        }
    })
}

fn facts() -> impl Strategy<Value = DocumentFacts> {
    let phase = phase();
    let package = (name(), name(), text()).prop_map(|(name, feed, image)| Package { name, feed, image });
    let output =
        (name(), name(), name(), text()).prop_map(|(project, environment, step, output)| OutputReference {
            project,
            environment,
            step,
            output,
        });
    let target = (name(), name(), option::of(text()), names(), names()).prop_map(
        |(account, certificate, namespace, environments, roles)| DocumentFacts::Target {
            account,
            certificate,
            namespace,
            environments,
            roles,
        },
    );
    let project = (
        name(),
        vec(package, 0..3),
        process(process_step()),
        any::<bool>(),
        names(),
    )
        .prop_map(
            |(lifecycle, packages, process, supersede, variable_environments)| DocumentFacts::Project {
                lifecycle,
                packages,
                process,
                supersede,
                variable_environments,
            },
        );
    prop_oneof![
        Just(DocumentFacts::Environment {}),
        Just(DocumentFacts::Feed {}),
        Just(DocumentFacts::Certificate {}),
        vec(phase, 0..3).prop_map(|phases| DocumentFacts::Lifecycle { phases }),
        option::of(output).prop_map(|from_output| DocumentFacts::Account { from_output }),
        target,
        project,
    ]
}

fn process_step() -> impl Strategy<Value = ProcessStep> {
    (name(), text(), names()).prop_map(|(name, uses, roles)| ProcessStep { name, uses, roles })
}

/// Entries of which some run.
fn process<R: Strategy>(run: R) -> impl Strategy<Value = Vec<Entry<R::Value>>> {
    let gate = (name(), any::<u64>()).prop_map(|(name, time_limit_seconds)| Gate {
        name,
        kind: GateKind::Manual,
        time_limit_seconds,
    });
    vec(
        prop_oneof![run.prop_map(Entry::Run), gate.prop_map(Entry::Gate)],
        0..3,
    )
}

fn frozen_step() -> impl Strategy<Value = FrozenStep> {
    (process_step(), name()).prop_map(|(step, component)| FrozenStep { step, component })
}

fn deployment_id() -> impl Strategy<Value = DeploymentId> {
    any::<u64>().prop_map(DeploymentId)
}

fn release() -> impl Strategy<Value = ReleaseEvent> {
    let package =
        (name(), name(), text(), text(), text()).prop_map(|(name, feed, reference, version, digest)| {
            FrozenPackage {
                name,
                feed,
                reference,
                version,
                digest,
            }
        });
    (
        name(),
        name(),
        name(),
        any::<u64>(),
        vec(package, 0..3),
        process(frozen_step()),
    )
        .prop_map(|(project, version, lifecycle, revision, packages, process)| {
            ReleaseEvent::ReleaseCreated {
                project,
                version,
                lifecycle,
                revision,
                packages,
                process,
            }
        })
}

fn phase() -> impl Strategy<Value = Phase> {
    (name(), names()).prop_map(|(name, environments)| Phase { name, environments })
}

fn progress() -> impl Strategy<Value = ProgressEvent> {
    prop_oneof![
        (name(), name(), phase(), name(), deployment_id()).prop_map(
            |(project, version, phase, environment, deployment)| ProgressEvent::EnvironmentRequested {
                project,
                version,
                phase,
                environment,
                deployment,
            }
        ),
        (name(), name(), name(), deployment_id(), outcome(), any::<bool>()).prop_map(
            |(project, version, environment, deployment, outcome, ran)| ProgressEvent::EnvironmentEnded {
                project,
                version,
                environment,
                deployment,
                outcome,
                ran,
            }
        ),
        (name(), name(), phase()).prop_map(|(project, version, phase)| ProgressEvent::PhaseSucceeded {
            project,
            version,
            phase,
        }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    select(Outcome::ALL.to_vec())
}

fn lane() -> impl Strategy<Value = LaneEvent> {
    prop_oneof![
        (deployment_id(), any::<bool>(), any::<bool>()).prop_map(|(deployment, ready, supersedes)| {
            LaneEvent::TurnRequested {
                deployment,
                ready,
                supersedes,
            }
        }),
        deployment_id().prop_map(|deployment| LaneEvent::TurnReady { deployment }),
        deployment_id().prop_map(|deployment| LaneEvent::TurnTaken { deployment }),
        (deployment_id(), outcome())
            .prop_map(|(deployment, outcome)| LaneEvent::TurnEnded { deployment, outcome }),
    ]
}
