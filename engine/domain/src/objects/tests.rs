//! What a lane has, by what was said of it.

use shipslog_events::event::object::{Before, Change};
use shipslog_events::ids::{AttemptId, AttemptNumber};

use super::*;

fn call(deployment: u64, name: &str) -> ObjectCall {
    ObjectCall {
        deployment: DeploymentId(deployment),
        attempt: AttemptId {
            step: "Deploy".into(),
            target: "Web".into(),
            attempt: AttemptNumber::FIRST,
        },
        call: 0,
        cluster: "here".into(),
        object: ObjectReference {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
            namespace: Some("web".into()),
            name: name.into(),
        },
    }
}

fn present() -> Before {
    Before::Present {
        uid: "u".into(),
        digest: ObjectDigest::from_bytes([1; 32]),
    }
}

fn another() -> Before {
    Before::Present {
        uid: "another".into(),
        digest: ObjectDigest::from_bytes([1; 32]),
    }
}

fn intended(deployment: u64, name: &str, before: Before) -> ObjectEvent {
    intends(call(deployment, name), before, false)
}

fn intends(call: ObjectCall, before: Before, deletes: bool) -> ObjectEvent {
    ObjectEvent::ObjectIntended {
        call,
        before,
        takes: Vec::new(),
        deletes,
    }
}

/// The same call through another target.
fn beside(deployment: u64, name: &str) -> ObjectCall {
    let mut call = call(deployment, name);
    call.attempt.target = "Other".into();
    call
}

fn deletes(deployment: u64, name: &str) -> ObjectEvent {
    intends(call(deployment, name), present(), true)
}

fn deleted(deployment: u64, name: &str) -> ObjectEvent {
    ObjectEvent::ObjectDeleted {
        call: call(deployment, name),
        uid: "u".into(),
    }
}

fn removed(deployment: u64, name: &str, uid: Option<&str>) -> ObjectEvent {
    ObjectEvent::ObjectRemoved {
        call: call(deployment, name),
        removal: Removal::Deleted,
        uid: uid.map(str::to_owned),
        replaced: false,
    }
}

/// Who is said to have removed it, were it gone now.
fn removal(events: impl IntoIterator<Item = ObjectEvent>) -> Option<Removal> {
    let gone = fold(events).removal(&call(9, "web"), None, false);
    gone.map(|(removal, _)| removal)
}

fn written(deployment: u64, name: &str) -> ObjectEvent {
    ObjectEvent::ObjectWritten {
        call: call(deployment, name),
        change: Change::Created,
        uid: "u".into(),
        digest: ObjectDigest::from_bytes([1; 32]),
        sent: ObjectDigest::from_bytes([2; 32]),
        sent_with: None,
    }
}

fn refused(deployment: u64, name: &str) -> ObjectEvent {
    ObjectEvent::ObjectRefused {
        call: call(deployment, name),
    }
}

fn fold(events: impl IntoIterator<Item = ObjectEvent>) -> Objects {
    events
        .into_iter()
        .fold(Objects::default(), |it, event| evolve(it, &event))
}

/// As `web by 1`, or `web perhaps by 1`.
fn held(objects: &Objects) -> Vec<String> {
    let told = |(_, it): (&ObjectKey, &Held)| {
        let perhaps = match it.state {
            State::MayExist => "perhaps ",
            State::BeingDeleted { .. } => "going ",
            State::Written { .. } => "",
        };
        format!("{} {perhaps}by {}", it.object.name, it.deployment.0)
    };
    objects.all().map(told).collect()
}

#[test]
fn what_was_announced_may_exist_until_it_is_known_to_be_written_or_refused() {
    let announced = intended(1, "web", Before::Absent);
    assert_eq!(held(&fold([announced.clone()])), ["web perhaps by 1"]);
    assert_eq!(held(&fold([announced.clone(), written(1, "web")])), ["web by 1"]);
    assert!(held(&fold([announced, refused(1, "web")])).is_empty());
}

#[test]
fn a_write_that_was_refused_leaves_what_earlier_deployments_wrote() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let second = [intended(2, "web", present()), refused(2, "web")];
    assert_eq!(held(&fold(first.into_iter().chain(second))), ["web by 1"]);
}

#[test]
fn a_call_that_announced_itself_twice_and_was_refused_leaves_what_was_there_before_it() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let again = [
        intended(2, "web", present()),
        intended(2, "web", present()),
        refused(2, "web"),
    ];
    assert_eq!(held(&fold(first.into_iter().chain(again))), ["web by 1"]);
}

#[test]
fn what_was_found_absent_is_not_there_whatever_was_written_before() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let second = [intended(2, "web", Before::Absent), refused(2, "web")];
    assert!(held(&fold(first.into_iter().chain(second))).is_empty());
}

#[test]
fn what_was_removed_is_the_lanes_no_more() {
    let written = [intended(1, "web", Before::Absent), written(1, "web")];
    let events = |removed| written.iter().cloned().chain([removed]);
    assert!(held(&fold(events(removed(2, "web", Some("u"))))).is_empty());
    let other = removed(2, "web", Some("another"));
    assert_eq!(held(&fold(events(other))), ["web by 1"], "another one went");
}

#[test]
fn another_object_of_the_name_is_not_the_lanes() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let second = [intended(2, "web", another()), refused(2, "web")];
    assert!(held(&fold(first.into_iter().chain(second))).is_empty());
}

#[test]
fn an_answer_is_one_to_its_own_call_alone() {
    let unanswered = intended(1, "web", Before::Absent);
    let refused_after = [
        unanswered.clone(),
        intended(2, "web", present()),
        refused(2, "web"),
    ];
    assert_eq!(held(&fold(refused_after)), ["web perhaps by 1"]);
    let refused_beside = ObjectEvent::ObjectRefused {
        call: beside(1, "web"),
    };
    assert_eq!(
        held(&fold([unanswered.clone(), refused_beside])),
        ["web perhaps by 1"]
    );
    let removed_beside = [
        unanswered,
        intends(beside(1, "web"), present(), false),
        removed(1, "web", None),
    ];
    assert_eq!(held(&fold(removed_beside)), ["web perhaps by 1"]);
}

#[test]
fn what_was_deleted_is_the_lanes_until_its_end_was_seen() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let going = [&first[..], &[deletes(2, "web"), deleted(2, "web")]].concat();
    assert_eq!(held(&fold(going.clone())), ["web going by 1"]);
    assert!(held(&fold(going.into_iter().chain([removed(3, "web", Some("u"))]))).is_empty());
    let refused = [&first[..], &[deletes(2, "web"), refused(2, "web")]].concat();
    assert_eq!(held(&fold(refused)), ["web by 1"]);
}

#[test]
fn whoever_is_said_to_have_removed_it_did() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let then = |events: &[ObjectEvent]| removal([&first[..], events].concat());
    assert_eq!(then(&[]), Some(Removal::FoundGone));
    assert_eq!(
        then(&[deletes(2, "web"), deleted(2, "web")]),
        Some(Removal::Deleted)
    );
    assert_eq!(
        then(&[deletes(2, "web"), refused(2, "web")]),
        Some(Removal::FoundGone)
    );
    assert_eq!(
        then(&[deletes(2, "web")]),
        Some(Removal::Deleted),
        "it may have been sent"
    );
    let again = [
        deletes(2, "web"),
        deleted(2, "web"),
        intended(3, "web", another()),
        written(3, "web"),
    ];
    assert_eq!(
        then(&again),
        Some(Removal::FoundGone),
        "another one had been deleted"
    );
    assert_eq!(removal([]), None, "it was never the lane's");
    let foreign = [deletes(2, "web"), deleted(2, "web")];
    assert!(held(&fold(foreign.clone())).is_empty());
    assert_eq!(
        removal(foreign),
        Some(Removal::Deleted),
        "somebody else's, adopted and deleted"
    );
}

#[test]
fn what_may_have_been_made_in_the_place_of_another_is_not_forgotten_with_that_one() {
    let first = [
        intended(1, "web", Before::Absent),
        written(1, "web"),
        intended(2, "web", present()),
    ];
    let replaced = ObjectEvent::ObjectRemoved {
        call: call(3, "web"),
        removal: Removal::FoundGone,
        uid: Some("u".into()),
        replaced: true,
    };
    assert_eq!(
        held(&fold(first.into_iter().chain([replaced]))),
        ["web perhaps by 2"]
    );
}

#[test]
fn a_delete_without_an_answer_is_one_of_the_object_that_was_there() {
    let first = [
        intended(1, "web", Before::Absent),
        written(1, "web"),
        deletes(2, "web"),
    ];
    let another = [
        intended(3, "web", another()),
        refused(3, "web"),
        intends(call(4, "web"), another(), true),
    ];
    let gone = fold(first.into_iter().chain(another)).removal(&call(4, "web"), Some("another"), true);
    assert_eq!(gone.map(|(removal, _)| removal), Some(Removal::FoundGone));
}

#[test]
fn what_another_target_deletes_is_not_what_this_one_wrote() {
    let (call, uid) = (beside(2, "web"), "another".into());
    let elsewhere = ObjectEvent::ObjectDeleted { call, uid };
    let objects = fold([intended(1, "web", Before::Absent), written(1, "web"), elsewhere]);
    assert_eq!(held(&objects), ["web by 1"]);
}

#[test]
fn the_end_of_another_object_says_nothing_of_the_lanes() {
    let objects = fold([intended(1, "web", Before::Absent), written(1, "web")]);
    assert_eq!(objects.removal(&call(2, "web"), Some("another"), false), None);
    let uid = Some("u".to_owned());
    let gone = objects.removal(&call(2, "web"), Some("u"), false);
    assert_eq!(gone, Some((Removal::FoundGone, uid)));
    let elsewhere = objects.removal(&beside(2, "web"), None, false);
    assert_eq!(
        elsewhere, None,
        "it may lead to a cluster that pretends to be this one"
    );
}

#[test]
fn a_delete_that_found_it_gone_did_not_do_it_and_one_that_was_taken_before_did() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    let by = |events: &[ObjectEvent], before| {
        let gone = fold([&first[..], events].concat()).removal(&call(3, "web"), Some("u"), before);
        gone.map(|(removal, _)| removal)
    };
    let own = [deletes(3, "web")];
    assert_eq!(by(&own, true), Some(Removal::FoundGone));
    assert_eq!(
        by(&own, false),
        Some(Removal::Deleted),
        "another process may have sent it"
    );
    let taken = [deletes(2, "web"), deleted(2, "web"), deletes(3, "web")];
    assert_eq!(by(&taken, true), Some(Removal::Deleted));
    let unanswered = [deletes(2, "web"), deletes(3, "web")];
    assert_eq!(by(&unanswered, true), Some(Removal::Deleted));
}

#[test]
fn what_may_have_been_deleted_may_exist_and_its_end_is_awaited() {
    let objects = fold([
        intended(1, "web", Before::Absent),
        written(1, "web"),
        deletes(2, "web"),
    ]);
    assert_eq!(held(&objects), ["web perhaps by 1"]);
    let key = ObjectKey::from(&call(1, "web"));
    assert_eq!(objects.awaits_end(&key), Some("u"));
}

#[test]
fn what_a_run_beside_announced_is_not_said_to_be_gone() {
    let objects = fold([intends(beside(1, "web"), Before::Absent, false)]);
    assert_eq!(objects.removal(&call(1, "web"), None, false), None);
}

#[test]
fn a_target_has_no_say_in_what_was_written_through_another() {
    let first = [intended(1, "web", Before::Absent), written(1, "web")];
    for seen in [
        intends(beside(2, "web"), Before::Absent, false),
        intends(beside(2, "web"), another(), false),
        ObjectEvent::ObjectRemoved {
            call: beside(2, "web"),
            removal: Removal::FoundGone,
            uid: Some("u".into()),
            replaced: false,
        },
    ] {
        let refused = ObjectEvent::ObjectRefused {
            call: beside(2, "web"),
        };
        let objects = fold(first.iter().cloned().chain([seen.clone(), refused]));
        assert_eq!(held(&objects), ["web by 1"], "{seen:?}");
    }
}

#[test]
fn a_write_that_may_exist_is_not_forgotten_for_deletes_without_an_answer() {
    let write = intended(1, "web", Before::Absent);
    let deletes = (2..20).map(|it| deletes(it, "web"));
    assert_eq!(
        held(&fold([write].into_iter().chain(deletes))),
        ["web perhaps by 1"]
    );
}

#[test]
fn however_many_calls_got_no_answer_it_costs_no_more() {
    let calls = (1..100).map(|it| intended(it, "web", present()));
    let objects = fold(calls);
    assert_eq!(held(&objects), ["web perhaps by 99"]);
    assert!(format!("{objects:?}").len() < 10_000);
}

#[test]
fn another_version_of_the_api_is_no_other_object() {
    let mut beta = call(2, "web");
    beta.object.version = "v1beta1".into();
    let again = intends(beta, present(), false);
    assert_eq!(held(&fold([written(1, "web"), again])), ["web perhaps by 2"]);
}

#[test]
fn a_deployment_finds_what_earlier_ones_of_its_step_wrote() {
    let objects = fold([
        written(1, "web-1"),
        written(1, "web"),
        written(2, "web-2"),
        written(2, "web"),
    ]);
    let (step, target) = ("Deploy".into(), "Web".into());
    let found = objects.of_earlier(&step, &target, DeploymentId(2));
    let names: Vec<_> = found.map(|(_, it)| it.object.name.as_str()).collect();
    assert_eq!(names, ["web-1"]);
}
