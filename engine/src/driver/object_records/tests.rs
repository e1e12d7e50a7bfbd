//! What a run says of objects, and in which cluster.

use serde_json::json;
use shipslog_events::event::Event;
use shipslog_events::event::object::{Change, TakenField};
use shipslog_events::ids::AttemptNumber;
use uuid::Uuid;

use super::*;

fn address() -> Address {
    Address {
        url: "https://cluster".into(),
        certificate: "PEM".into(),
        account: "deployer".into(),
    }
}

/// The records of a run of a deployment, after these events of its lane.
fn records(number: u64, told: &[NewEvent], cluster: Option<&ClusterId>) -> ObjectRecords {
    let mut history = ObjectsHistory::default();
    for it in told {
        if let Event::Object(event) = &it.event {
            history.tell(it.id, now(), event);
        }
    }
    let attempt = AttemptId {
        step: "Go".into(),
        target: "Web".into(),
        attempt: AttemptNumber::FIRST,
    };
    let of = Of {
        deployment: DeploymentId(number),
        attempt: &attempt,
        cause: EventId(Uuid::from_u128(u128::from(number))),
        address: &address(),
        cluster,
    };
    ObjectRecords::new(&of, history)
}

fn marks(uid: &str) -> Vec<ClusterMark> {
    vec![ClusterMark::KubeSystem { uid: uid.into() }]
}

fn page() -> ObjectReference {
    ObjectReference {
        group: String::new(),
        version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: Some("web".into()),
        name: "page".into(),
    }
}

fn digest(byte: u8) -> ObjectDigest {
    ObjectDigest::from_bytes([byte; 32])
}

fn found(byte: u8) -> Intended {
    Intended {
        object: page(),
        before: Before::Present {
            uid: "u".into(),
            digest: digest(byte),
        },
        takes: Vec::new(),
        found: Some(json!({ "byte": byte }).to_string()),
    }
}

fn sent(text: &str) -> Written {
    Written {
        object: page(),
        change: Change::Changed,
        uid: "u".into(),
        digest: digest(9),
        sent: Sent::Manifest(text.to_owned()),
        taken: Vec::new(),
    }
}

fn bodies(event: &NewEvent) -> Vec<&str> {
    event.bodies.iter().map(|it| it.name.as_str()).collect()
}

/// What a deployment says that finds the object so, and sends this.
fn deployed(number: u64, told: &[NewEvent], byte: u8, text: &str) -> Vec<NewEvent> {
    let records = records(number, told, None);
    let recognised = records.recognised(marks("a")).unwrap();
    let intended = records.intended(3, found(byte));
    let written = records.written(3, sent(text));
    recognised.into_iter().chain([intended]).chain(written).collect()
}

#[test]
fn what_was_there_is_kept_where_the_lane_had_not_left_it_so() {
    let first = deployed(1, &[], 1, "new");
    assert_eq!(bodies(&first[1]), ["before"], "it was somebody else's");
    let again = deployed(2, &first, 9, "new");
    assert_eq!(bodies(&again[1]), [""; 0], "as the lane left it");
    let drifted = deployed(3, &[first, again].concat(), 4, "new");
    assert_eq!(bodies(&drifted[1]), ["before"], "somebody changed it");
}

#[test]
fn what_was_sent_is_kept_once_and_named_from_then_on() {
    let first = deployed(1, &[], 1, "new");
    assert_eq!(bodies(&first[2]), ["manifest"]);
    let again = deployed(2, &first, 9, "new");
    assert_eq!(bodies(&again[2]), [""; 0]);
    let third = deployed(3, &[&first[..], &again[..]].concat(), 9, "new");
    for event in [&again[2], &third[2]] {
        let Event::Object(ObjectEvent::ObjectWritten { sent_with, .. }) = &event.event else {
            panic!("{event:?}")
        };
        assert_eq!(*sent_with, Some(first[2].id));
    }
    let other = deployed(4, &[first, again].concat(), 9, "other");
    assert_eq!(bodies(&other[2]), ["manifest"]);
}

#[test]
fn too_much_is_told_by_its_digest_alone() {
    let large = deployed(1, &[], 1, &"x".repeat(LARGEST_BODY + 1));
    assert_eq!(bodies(&large[2]), [""; 0]);
}

#[test]
fn fields_that_were_taken_are_told_with_the_write() {
    let records = records(1, &[], None);
    records.recognised(marks("a")).unwrap();
    records.intended(3, found(1));
    let field = TakenField {
        path: "data.colour".into(),
        manager: "kubectl".into(),
    };
    let forced = Written {
        taken: vec![field],
        ..sent("new")
    };
    let kinds: Vec<_> = records
        .written(3, forced)
        .iter()
        .map(|it| it.event.kind().0)
        .collect();
    assert_eq!(kinds, ["object-written", "drift-taken-back"]);
}

#[test]
fn a_deployment_says_once_where_a_target_leads_and_goes_nowhere_else() {
    let first = records(1, &[], None);
    let recognised = first
        .recognised(marks("a"))
        .unwrap()
        .expect("it is the first time");
    let later = records(1, std::slice::from_ref(&recognised), None);
    assert_eq!(later.recognised(marks("a")), Ok(None));
    let moved = records(1, std::slice::from_ref(&recognised), None);
    let refusal = moved.recognised(marks("b")).unwrap_err();
    assert!(
        refusal.contains("target Web leads to another cluster"),
        "{refusal}"
    );
    assert!(!moved.knows_cluster());
    let next = records(2, &[recognised], None);
    assert!(next.recognised(marks("b")).unwrap().is_some(), "the next one may");
}

#[test]
fn a_run_that_was_told_of_objects_in_a_cluster_writes_to_no_other() {
    let elsewhere = ClusterId::from("elsewhere");
    let records = records(1, &[], Some(&elsewhere));
    assert!(records.recognised(marks("a")).is_err());
}

#[test]
fn an_object_elsewhere_is_not_held_here() {
    let first = deployed(1, &[], 1, "new");
    let there = records(2, &first, None);
    assert!(there.holds(&page()), "wherever it may be");
    there.recognised(marks("b")).unwrap();
    assert!(!there.holds(&page()));
    let here = records(2, &first, None);
    here.recognised(marks("a")).unwrap();
    assert!(here.holds(&page()));
    here.removed(4, &page(), Removal::Deleted);
    assert!(!here.holds(&page()));
}

#[test]
fn the_same_call_says_the_same_under_the_same_id() {
    let (one, other) = (deployed(1, &[], 1, "new"), deployed(1, &[], 1, "new"));
    assert_eq!(one, other);
}
