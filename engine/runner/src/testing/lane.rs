//! What a lane has, by what one run told of objects in the only cluster.

use shipslog_domain::objects::{ObjectKey, Objects, evolve};
use shipslog_events::event::object::{ObjectCall, ObjectDigest, ObjectEvent, ObjectReference};
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId};

use crate::Told;

/// As the lane has it.
pub(crate) fn held(told: &[(u64, Told)]) -> Objects {
    told.iter().fold(Objects::default(), |objects, (call, told)| {
        let event = event(&objects, *call, told);
        evolve(objects, &event)
    })
}

/// The key of an object in the only cluster.
pub(crate) fn here(object: &ObjectReference) -> ObjectKey {
    ObjectKey::new(&"here".into(), object)
}

fn event(objects: &Objects, index: u64, told: &Told) -> ObjectEvent {
    let call = |object: &ObjectReference| as_told(index, object);
    match told {
        Told::Intended(it) => ObjectEvent::ObjectIntended {
            call: call(&it.object),
            before: it.before.clone(),
            takes: it.takes.clone(),
            deletes: it.deletes,
        },
        Told::Written(it) => ObjectEvent::ObjectWritten {
            call: call(&it.object),
            change: it.change,
            uid: it.uid.clone(),
            digest: it.digest,
            sent: ObjectDigest::from_bytes([0; 32]),
            sent_with: None,
        },
        Told::Deleted(object, uid) => ObjectEvent::ObjectDeleted {
            call: call(object),
            uid: uid.clone(),
        },
        Told::Refused(object) => ObjectEvent::ObjectRefused { call: call(object) },
        Told::Removed(object, removal, replaced) => ObjectEvent::ObjectRemoved {
            call: call(object),
            removal: *removal,
            replaced: *replaced,
            uid: objects
                .removal(&call(object), None, false)
                .and_then(|(_, uid)| uid),
        },
    }
}

/// A call of the only run.
pub(crate) fn as_told(index: u64, object: &ObjectReference) -> ObjectCall {
    ObjectCall {
        deployment: DeploymentId(7),
        attempt: AttemptId {
            step: "Go".into(),
            target: "Web".into(),
            attempt: AttemptNumber::FIRST,
        },
        call: index,
        cluster: "here".into(),
        object: object.clone(),
    }
}
