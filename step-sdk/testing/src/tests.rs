//! What callers rely on.

use serde_json::{Value, json};
use shipslog_rights::Verb;

use super::*;

fn cluster() -> Cluster<Refusal> {
    Cluster::new("web")
}

fn page(data: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" }, "data": data })
}

fn reference() -> ObjectReference {
    ObjectReference::new("v1", "ConfigMap", "page")
}

fn apply(cluster: &Cluster<Refusal>, data: &Value) -> Applied {
    cluster.apply(&page(data), &Apply::by("me")).unwrap()
}

fn text(object: &Value, field: &str) -> Option<String> {
    object["metadata"][field].as_str().map(str::to_owned)
}

fn as_read(object: &Value) -> Guard {
    Guard {
        uid: text(object, "uid"),
        resource_version: text(object, "resourceVersion"),
        unanswered: false,
    }
}

#[test]
fn a_write_that_changes_something_is_a_new_version_of_the_same_object() {
    let cluster = cluster();
    let first = apply(&cluster, &json!({ "a": "b" })).object;
    let second = apply(&cluster, &json!({ "a": "c" })).object;
    assert_eq!(text(&first, "uid"), text(&second, "uid"));
    assert_ne!(text(&first, "resourceVersion"), text(&second, "resourceVersion"));
    assert!(!apply(&cluster, &json!({ "a": "c" })).changed);
    assert_eq!(cluster.changes().len(), 2);
    cluster.remove("ConfigMap", "page");
    assert_ne!(
        text(&apply(&cluster, &json!({})).object, "uid"),
        text(&first, "uid")
    );
}

#[test]
fn a_guarded_write_meets_what_it_names_or_does_nothing() {
    let cluster = cluster();
    let guard = as_read(&apply(&cluster, &json!({ "a": "b" })).object);
    apply(&cluster, &json!({ "a": "c" }));
    let body = json!({ "data": { "a": "d" } });
    let patch = |guard: &Guard| Patch {
        kind: PatchKind::Merge,
        body: &body,
        guard: guard.clone(),
    };
    assert_eq!(cluster.patch(&reference(), &patch(&guard)), Err(Refusal::Changed));
    let unanswered = Guard {
        unanswered: true,
        ..guard
    };
    let unknown = cluster.patch(&reference(), &patch(&unanswered));
    assert!(matches!(unknown, Err(Refusal::OutcomeUnknown(_))), "{unknown:?}");
    let live = cluster.get(&reference()).unwrap();
    assert_eq!(live["data"], json!({ "a": "c" }));
    cluster.patch(&reference(), &patch(&as_read(&live))).unwrap();
    let again = cluster.patch(&reference(), &patch(&unanswered));
    assert_eq!(again.unwrap()["data"], json!({ "a": "d" }), "it is so already");
    assert_eq!(cluster.changes().len(), 3);
}

#[test]
fn a_field_of_another_manager_is_taken_by_force_only() {
    let cluster = cluster();
    apply(&cluster, &json!({ "mine": "1", "ours": "1" }));
    let theirs = page(&json!({ "ours": "2" }));
    let conflict = FieldConflict {
        path: "data.ours".to_owned(),
        manager: "me".to_owned(),
    };
    assert_eq!(
        cluster.apply(&theirs, &Apply::by("them")),
        Err(Refusal::Conflict(vec![conflict]))
    );
    let by_force = Apply {
        force: true,
        ..Apply::by("them")
    };
    let taken = cluster.apply(&theirs, &by_force).unwrap().object;
    assert_eq!(taken["data"], json!({ "mine": "1", "ours": "2" }));
    let left = apply(&cluster, &json!({ "mine": "1" })).object;
    assert_eq!(
        left["data"],
        json!({ "mine": "1", "ours": "2" }),
        "it is theirs now"
    );
    assert_eq!(cluster.managers(&reference()), ["me", "them"]);
}

#[test]
fn what_is_deleted_is_gone_at_once_or_when_the_test_says_so() {
    let cluster = cluster();
    cluster.end_slowly();
    let web = ObjectReference::new("apps/v1", "Deployment", "web");
    cluster.put_named("Deployment", "web", json!({ "metadata": { "uid": "u" } }));
    let gone = [Expectation::Gone(web.clone(), Some("u".to_owned()))];
    cluster.delete(&web, &Guard::default(), true).unwrap();
    assert!(matches!(cluster.wait(&gone), Ok(Waited::TimedOut(open)) if open[0].object == web));
    cluster.put_named("Deployment", "web", json!({ "metadata": { "uid": "another" } }));
    assert_eq!(cluster.wait(&gone), Ok(Waited::Met));
    let other = Guard {
        uid: Some("u".to_owned()),
        ..Guard::default()
    };
    cluster.delete(&web, &other, false).unwrap();
    assert!(cluster.get(&web).is_ok(), "another object of the name stays");
}

#[test]
fn calls_are_refused_and_answers_lost_as_often_as_the_test_says() {
    let cluster = cluster();
    let lost = Refusal::OutcomeUnknown("no answer".to_owned());
    cluster.refuse("apply ConfigMap", Refusal::Changed, Some(1));
    cluster.lose_answer("apply ConfigMap page", lost.clone(), Some(1));
    let apply = || cluster.apply(&page(&json!({ "a": "b" })), &Apply::by("me"));
    assert_eq!(apply(), Err(Refusal::Changed));
    assert!(cluster.object("ConfigMap", "page").is_none());
    assert_eq!(apply(), Err(lost));
    assert!(cluster.object("ConfigMap", "page").is_some());
    assert!(!apply().unwrap().changed);
    let guard = as_read(&cluster.get(&reference()).unwrap());
    cluster.interfere("delete", 1);
    assert_eq!(cluster.delete(&reference(), &guard, false), Err(Refusal::Changed));
}

#[test]
fn an_account_does_what_its_rules_say_and_is_told_what_it_may_not() {
    let cluster = cluster();
    let rule = Allowed::new(&[Verb::Get, Verb::Apply], "", "ConfigMap");
    cluster.allow_only(vec![Allowed {
        name: "page*".to_owned(),
        ..rule
    }]);
    apply(&cluster, &json!({}));
    assert_eq!(
        cluster.delete(&reference(), &Guard::default(), false),
        Err(Refusal::Forbidden(
            "the account may not delete on ConfigMap page in the namespace web".to_owned()
        ))
    );
    let may = |verb: &str, name: &str| {
        let object = ObjectReference::new("v1", "ConfigMap", name);
        cluster.can_i(verb, &object, "").unwrap()
    };
    assert!(
        may("create", "page") && may("patch", "page-2") && !may("delete", "page") && !may("get", "other")
    );
}

#[test]
fn lists_have_a_kind_a_namespace_and_labels() {
    let cluster = cluster();
    for (namespace, name) in [("web", "a"), ("web", "b"), ("shop", "c")] {
        cluster.put(&json!({ "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": name, "namespace": namespace, "labels": { "app": name } } }));
    }
    let names = |namespace: Option<&str>, labels: &str| {
        let selection = Selection {
            kind: "ConfigMap".to_owned(),
            namespace: namespace.map(str::to_owned),
            label_selector: labels.to_owned(),
            ..Selection::default()
        };
        let found = cluster.list(&selection).unwrap();
        found.iter().filter_map(|it| text(it, "name")).collect::<Vec<_>>()
    };
    assert_eq!(names(None, ""), ["a", "b"]);
    assert_eq!(names(None, "app!=a"), ["b"]);
    assert_eq!(names(Some("shop"), ""), ["c"]);
}
