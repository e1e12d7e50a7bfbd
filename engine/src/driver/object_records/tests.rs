//! What a run says of objects, and in which cluster.

use serde_json::json;
use shipslog_events::chain::Hash;
use shipslog_events::event::Event;
use shipslog_events::event::object::{Change, TakenField};
use shipslog_events::ids::AttemptNumber;
use shipslog_events::ids::Position;
use shipslog_events::stream::LaneKey;
use shipslog_events::{Actor, Source, Stream};
use shipslog_runner::Sent;
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
            history.tell(it.id, now(), event, !it.bodies.is_empty());
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
    let loaded = Loaded {
        state: history,
        version: StreamVersion(told.len() as u64),
    };
    ObjectRecords::new(&of, loaded)
}

fn marks(uid: &str) -> Vec<ClusterMark> {
    vec![ClusterMark::KubeSystem { uid: uid.into() }]
}

fn removed(removal: Removal, of_lane: bool) -> Removed {
    Removed {
        removal,
        replaced: !of_lane,
        of_lane,
    }
}

const ANYHOW: Gone<'_> = Gone {
    uid: None,
    before: false,
};

/// Has recognised the cluster; the event, where it is the first time.
fn recognised(records: &ObjectRecords, uid: &str) -> Option<NewEvent> {
    let (event, _) = records.recognised(&marks(uid)).unwrap()?;
    records.has_recognised(&event);
    Some(event)
}

/// As the log has it.
fn recorded(event: NewEvent) -> Recorded {
    Recorded {
        position: Position(1),
        id: event.id,
        stream: Stream::Objects(LaneKey::new("shop", "development")),
        version: StreamVersion(1),
        recorded_at: now(),
        actor: Actor::Driver,
        source: Source::default(),
        correlation: Uuid::nil(),
        causation: None,
        event: event.event,
        bodies: Vec::new(),
        previous: Hash::START,
        hash: Hash::START,
    }
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
        deletes: false,
        found: Some(json!({ "byte": byte }).to_string()),
    }
}

fn sent(text: &str) -> Written {
    Written {
        object: page(),
        change: Change::Changed,
        uid: "u".into(),
        digest: digest(9),
        sent: Sent {
            form: SentForm::Manifest,
            text: text.to_owned(),
            digest: ObjectDigest::from_bytes(Sha256::digest(text).into()),
        },
        taken: Vec::new(),
    }
}

fn bodies(event: &NewEvent) -> Vec<&str> {
    event.bodies.iter().map(|it| it.name.as_str()).collect()
}

/// What a deployment says that finds the object so, and sends this.
fn deployed(number: u64, told: &[NewEvent], byte: u8, text: &str) -> Vec<NewEvent> {
    let records = records(number, told, None);
    let first = recognised(&records, "a");
    let intended = records.intended(3, 0, found(byte));
    let written = records.written(3, sent(text));
    first.into_iter().chain([intended]).chain(written).collect()
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
    let again = deployed(2, &large, 9, &"x".repeat(LARGEST_BODY + 1));
    let Event::Object(ObjectEvent::ObjectWritten { sent_with, .. }) = &again[2].event else {
        panic!("{again:?}")
    };
    assert_eq!(*sent_with, None, "nobody has it");
}

#[test]
fn fields_that_were_taken_are_told_with_the_write() {
    let records = records(1, &[], None);
    recognised(&records, "a");
    records.intended(3, 0, found(1));
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
    let said = recognised(&first, "a").expect("it is the first time");
    let later = records(1, std::slice::from_ref(&said), None);
    assert_eq!(later.recognised(&marks("a")), Ok(None));
    let moved = records(1, std::slice::from_ref(&said), None);
    let refusal = moved.recognised(&marks("b")).unwrap_err();
    assert!(
        refusal.contains("target Web leads to another cluster"),
        "{refusal}"
    );
    assert!(!moved.knows_cluster());
    let next = records(2, &[said], None);
    assert!(recognised(&next, "b").is_some(), "the next one may");
}

#[test]
fn a_run_that_was_told_of_objects_in_a_cluster_writes_to_no_other() {
    let elsewhere = ClusterId::from("elsewhere");
    let records = records(1, &[], Some(&elsewhere));
    assert!(records.recognised(&marks("a")).is_err());
}

#[test]
fn an_object_elsewhere_is_not_held_here() {
    let first = deployed(1, &[], 1, "new");
    let there = records(2, &first, None);
    let gone = Some(Removal::FoundGone);
    assert_eq!(there.removal(5, &page(), ANYHOW), gone, "wherever it may be");
    recognised(&there, "b");
    assert_eq!(there.removal(5, &page(), ANYHOW), None);
    let here = records(2, &first, None);
    recognised(&here, "a");
    assert_eq!(here.removal(5, &page(), ANYHOW), gone);
    let removed = here.removed(4, &page(), removed(Removal::Deleted, true));
    let Event::Object(ObjectEvent::ObjectRemoved { uid, .. }) = removed.event else {
        panic!("{removed:?}")
    };
    assert_eq!(uid.as_deref(), Some("u"), "it is said which one went");
    assert_eq!(here.removal(5, &page(), ANYHOW), None);
}

#[test]
fn what_was_not_the_lanes_and_is_gone_leaves_the_lanes_object_as_it_was() {
    let first = deployed(1, &[], 1, "new");
    let records = records(2, &first, None);
    recognised(&records, "a");
    let removed = records.removed(4, &page(), removed(Removal::FoundGone, false));
    let Event::Object(ObjectEvent::ObjectRemoved { uid, .. }) = removed.event else {
        panic!("{removed:?}")
    };
    assert_eq!(uid, None, "it is not known which one went");
    assert_eq!(records.removal(5, &page(), ANYHOW), Some(Removal::FoundGone));
}

#[test]
fn whoever_names_a_cluster_while_another_run_does_reads_that_first() {
    let (one, other) = (records(1, &[], None), records(1, &[], None));
    let (said, follows_on) = one.recognised(&marks("a")).unwrap().unwrap();
    assert_eq!(other.recognised(&marks("a")).unwrap().unwrap().1, follows_on);
    assert!(!other.knows_cluster(), "it is not durable yet");
    other.read_on(&[recorded(said)]);
    assert_eq!(other.recognised(&marks("a")), Ok(None), "it is the same target");
    assert!(other.knows_cluster());
}

#[test]
fn what_was_there_is_told_once_each_time_that_it_was_another() {
    let records = records(1, &[], None);
    recognised(&records, "a");
    let told: Vec<usize> = [1, 1, 2, 1]
        .into_iter()
        .zip(0..)
        .map(|(byte, ordinal)| records.intended(3, ordinal, found(byte)).bodies.len())
        .collect();
    assert_eq!(told, [1, 0, 1, 0]);
}

#[test]
fn a_run_keeps_no_more_bodies_than_there_is_room_for() {
    let records = records(1, &[], None);
    recognised(&records, "a");
    let kept = (0..400)
        .filter(|call| {
            let text = format!("{call}{}", "x".repeat(LARGEST_BODY - 10));
            !records.written(*call, sent(&text))[0].bodies.is_empty()
        })
        .count();
    assert!((100..200).contains(&kept), "{kept}");
}

#[test]
fn each_intent_of_a_call_has_its_own_id() {
    let records = records(1, &[], None);
    recognised(&records, "a");
    let ids = [0, 1].map(|ordinal| records.intended(3, ordinal, found(1)).id);
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn the_same_call_says_the_same_under_the_same_id() {
    let (one, other) = (deployed(1, &[], 1, "new"), deployed(1, &[], 1, "new"));
    assert_eq!(one, other);
}
