use serde_json::json;

use super::*;
use crate::kubernetes::{DeleteOptions, ObjectReference, Precondition, Selection, kubernetes};
use crate::{Description, Verb};

enum Reads {}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Inputs {
    named: String,
    read: String,
}

impl Step for Reads {
    type Inputs = Inputs;

    fn describe() -> Description {
        Description::new("reads", "1.0.0", "Reads")
    }

    fn check(inputs: &Inputs) -> Result<Vec<Capability>, Vec<Cause>> {
        Ok(vec![
            Capability::new([Verb::Get, Verb::List], "", "ConfigMap").named(&inputs.named),
        ])
    }

    fn run(inputs: Inputs) -> Result<(), Failure> {
        kubernetes().find(&ObjectReference::new("v1", "ConfigMap", inputs.read))?;
        Ok(())
    }
}

fn config_map(data: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "labels": { "app": "web" } }, "data": data })
}

#[test]
fn a_right_that_is_named_and_not_used_is_told() {
    let (outcome, unused) =
        Host::new().run_within_rights::<Reads>(&json!({ "named": "web-*", "read": "web-1" }));
    outcome.unwrap();
    assert_eq!(unused, ["core ConfigMap web-*: list"]);
}

#[test]
fn a_right_that_is_used_and_not_named_stops_the_test() {
    let run = || Host::new().run_within_rights::<Reads>(&json!({ "named": "web-*", "read": "shop" }));
    assert!(std::panic::catch_unwind(run).is_err());
}

#[test]
fn a_field_that_is_no_longer_applied_goes_and_others_stay() {
    let host = Host::new().namespace("web");
    host.within(|| {
        assert!(
            kubernetes()
                .apply(&config_map(&json!({ "a": "1", "b": "2" })))
                .unwrap()
                .changed
        );
        assert!(
            !kubernetes()
                .apply(&config_map(&json!({ "a": "1", "b": "2" })))
                .unwrap()
                .changed
        );
        assert!(
            kubernetes()
                .apply(&config_map(&json!({ "b": "2" })))
                .unwrap()
                .changed
        );
    });
    assert_eq!(
        host.object("ConfigMap", "a").unwrap()["data"],
        json!({ "b": "2" })
    );
}

#[test]
fn preconditions_hold_and_deleting_another_object_of_the_name_changes_nothing() {
    let host = Host::new().namespace("web").holding(&config_map(&json!({})));
    host.within(|| {
        let reference = ObjectReference::new("v1", "ConfigMap", "a");
        let read = kubernetes().get(&reference).unwrap();
        let options = |uid: &str| DeleteOptions {
            only: Precondition {
                uid: Some(uid.to_owned()),
                resource_version: None,
            },
            ..DeleteOptions::default()
        };
        kubernetes().delete_with(&reference, &options("another")).unwrap();
        assert!(kubernetes().find(&reference).unwrap().is_some());
        kubernetes()
            .delete_with(&reference, &options(read["metadata"]["uid"].as_str().unwrap()))
            .unwrap();
        assert!(kubernetes().find(&reference).unwrap().is_none());
    });
}

#[test]
fn lists_select_by_labels_in_the_targets_own_namespace() {
    let host = Host::new().namespace("web").holding(&config_map(&json!({})));
    host.within(|| {
        let all = Selection::of("v1", "ConfigMap");
        assert_eq!(
            kubernetes().list(&all.clone().labelled("app=web")).unwrap().len(),
            1
        );
        assert_eq!(kubernetes().list(&all.labelled("app=shop")).unwrap().len(), 0);
    });
}
