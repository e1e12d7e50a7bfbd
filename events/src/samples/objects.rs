//! Events about objects in clusters.

use uuid::Uuid;

use super::case;
use crate::event::Event;
use crate::event::object::{
    Before, Change, ClusterMark, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal, TakenField,
};
use crate::ids::{AttemptId, AttemptNumber, DeploymentId, EventId};

pub(super) fn all() -> Vec<(String, Event)> {
    let mut cases = vec![case("", recognised())];
    let found = [
        ("absent", Before::Absent),
        ("present", present()),
        ("unread", Before::Unread),
    ];
    cases.extend(found.map(|(name, before)| case(name, intended(namespaced(), before, Vec::new()))));
    cases.push(case(
        "of-cluster",
        intended(of_cluster(), Before::Absent, Vec::new()),
    ));
    cases.push(case("taking", intended(namespaced(), present(), fields())));
    cases.extend(Change::ALL.map(|change| case(change.to_string(), written(change))));
    let deletes = ObjectEvent::ObjectIntended {
        call: call(namespaced()),
        before: present(),
        takes: Vec::new(),
        deletes: true,
    };
    cases.push(case("deleting", deletes));
    let call = call(namespaced());
    let taken = ObjectEvent::ObjectDeleted {
        call: call.clone(),
        uid: "5c20".into(),
    };
    cases.push(case("", taken));
    cases.push(case("", ObjectEvent::ObjectRefused { call: call.clone() }));
    cases.extend(Removal::ALL.map(|removal| {
        let call = call.clone();
        case(
            removal.to_string(),
            ObjectEvent::ObjectRemoved {
                call,
                removal,
                uid: (removal == Removal::Deleted).then(|| "5c20".to_owned()),
                replaced: removal == Removal::FoundGone,
            },
        )
    }));
    let fields = fields();
    cases.push(case("", ObjectEvent::DriftTakenBack { call, fields }));
    cases
}

fn recognised() -> ObjectEvent {
    ObjectEvent::ClusterRecognised {
        deployment: DeploymentId(841),
        target: "Httpd Development".into(),
        cluster: "cluster-6b1f0c2e".into(),
        marks: vec![
            ClusterMark::KubeSystem { uid: "0d9e".into() },
            ClusterMark::Namespace {
                name: "httpd-development".into(),
                uid: "71aa".into(),
            },
            ClusterMark::Address {
                digest: "9f86".into(),
            },
        ],
    }
}

fn intended(object: ObjectReference, before: Before, takes: Vec<TakenField>) -> ObjectEvent {
    let call = call(object);
    ObjectEvent::ObjectIntended {
        call,
        before,
        takes,
        deletes: false,
    }
}

/// The manifest of one that changed nothing stands with an earlier event.
fn written(change: Change) -> ObjectEvent {
    ObjectEvent::ObjectWritten {
        call: call(namespaced()),
        change,
        uid: "5c20".into(),
        digest: digest(2),
        sent: digest(3),
        sent_with: (change == Change::Unchanged).then_some(EventId(Uuid::from_u128(1))),
    }
}

fn call(object: ObjectReference) -> ObjectCall {
    ObjectCall {
        deployment: DeploymentId(841),
        attempt: AttemptId {
            step: "Deploy httpd".into(),
            target: "Httpd Development".into(),
            attempt: AttemptNumber::FIRST,
        },
        call: 7,
        cluster: "cluster-6b1f0c2e".into(),
        object,
    }
}

fn namespaced() -> ObjectReference {
    ObjectReference {
        group: "apps".into(),
        version: "v1".into(),
        kind: "Deployment".into(),
        namespace: Some("httpd-development".into()),
        name: "httpd-deployments-841".into(),
    }
}

fn of_cluster() -> ObjectReference {
    ObjectReference {
        group: String::new(),
        version: "v1".into(),
        kind: "Namespace".into(),
        namespace: None,
        name: "httpd-development".into(),
    }
}

fn present() -> Before {
    Before::Present {
        uid: "5c20".into(),
        digest: digest(1),
    }
}

fn fields() -> Vec<TakenField> {
    vec![TakenField {
        path: "spec.replicas".into(),
        manager: "kubectl-client-side-apply".into(),
    }]
}

fn digest(byte: u8) -> ObjectDigest {
    ObjectDigest::from_bytes([byte; 32])
}
