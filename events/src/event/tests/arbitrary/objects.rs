//! Everything that can be said of objects in clusters.

use proptest::prelude::*;
use proptest::{collection::vec, option, sample::select};

use super::{deployment_id, name, text};
use crate::event::object::{
    Before, Change, ClusterMark, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal, TakenField,
};
use crate::ids::{AttemptId, AttemptNumber, EventId};

pub(super) fn any_fact() -> impl Strategy<Value = ObjectEvent> {
    let fields = || {
        vec(
            (text(), text()).prop_map(|(path, manager)| TakenField { path, manager }),
            0..3,
        )
    };
    let event = any::<u128>().prop_map(|it| EventId(uuid::Uuid::from_u128(it)));
    prop_oneof![
        (deployment_id(), name(), name(), vec(mark(), 0..3)).prop_map(
            |(deployment, target, cluster, marks)| ObjectEvent::ClusterRecognised {
                deployment,
                target,
                cluster,
                marks,
            }
        ),
        (call(), before(), fields(), any::<bool>()).prop_map(|(call, before, takes, deletes)| {
            ObjectEvent::ObjectIntended {
                call,
                before,
                takes,
                deletes,
            }
        }),
        (
            call(),
            select(Change::ALL.to_vec()),
            text(),
            digest(),
            digest(),
            option::of(event)
        )
            .prop_map(
                |(call, change, uid, digest, sent, sent_with)| ObjectEvent::ObjectWritten {
                    call,
                    change,
                    uid,
                    digest,
                    sent,
                    sent_with,
                }
            ),
        call().prop_map(|call| ObjectEvent::ObjectRefused { call }),
        (call(), text()).prop_map(|(call, uid)| ObjectEvent::ObjectDeleted { call, uid }),
        (
            call(),
            select(Removal::ALL.to_vec()),
            option::of(text()),
            any::<bool>()
        )
            .prop_map(|(call, removal, uid, replaced)| ObjectEvent::ObjectRemoved {
                call,
                removal,
                uid,
                replaced,
            }),
        (call(), fields()).prop_map(|(call, fields)| ObjectEvent::DriftTakenBack { call, fields }),
    ]
}

fn mark() -> impl Strategy<Value = ClusterMark> {
    prop_oneof![
        text().prop_map(|uid| ClusterMark::KubeSystem { uid }),
        (text(), text()).prop_map(|(name, uid)| ClusterMark::Namespace { name, uid }),
        text().prop_map(|digest| ClusterMark::Address { digest }),
    ]
}

fn before() -> impl Strategy<Value = Before> {
    prop_oneof![
        Just(Before::Absent),
        (text(), digest()).prop_map(|(uid, digest)| Before::Present { uid, digest }),
        Just(Before::Unread),
    ]
}

fn digest() -> impl Strategy<Value = ObjectDigest> {
    any::<[u8; 32]>().prop_map(ObjectDigest::from_bytes)
}

fn call() -> impl Strategy<Value = ObjectCall> {
    let object = (text(), text(), text(), option::of(text()), text()).prop_map(
        |(group, version, kind, namespace, name)| ObjectReference {
            group,
            version,
            kind,
            namespace,
            name,
        },
    );
    let attempt = (name(), name(), any::<u32>()).prop_map(|(step, target, number)| AttemptId {
        step,
        target,
        attempt: AttemptNumber(number),
    });
    (deployment_id(), attempt, any::<u64>(), name(), object).prop_map(
        |(deployment, attempt, call, cluster, object)| ObjectCall {
            deployment,
            attempt,
            call,
            cluster,
            object,
        },
    )
}
