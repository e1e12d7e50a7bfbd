//! Descriptions that lie, and answers that are too much.

use serde_json::Value;

use super::*;

fn described(change: impl FnOnce(&mut Value)) -> String {
    guest().described(change).description().to_owned()
}

#[tokio::test]
async fn a_description_that_nobody_could_bear_is_refused_with_the_reason() {
    let yard = plain();
    let outputs: Vec<Value> = (0..201).map(|it| json!({ "name": format!("o{it}") })).collect();
    for (description, reason) in [
        ("what?".to_owned(), "expected value"),
        (described(|it| it["name"] = json!("../../etc")), "`name` must be"),
        (
            described(|it| it["version"] = json!("one")),
            "unexpected character",
        ),
        (
            described(|it| it["summary"] = json!("x".repeat(5_000))),
            "`summary` has 5000 bytes",
        ),
        (
            described(|it| it["outputs"] = json!(outputs)),
            "it has 201 outputs",
        ),
        (
            described(|it| it["milestones"] = json!(["a b"])),
            "names of outputs and milestones",
        ),
        (
            described(|it| it["milestones"] = json!(["x".repeat(64)])),
            "names of outputs and milestones",
        ),
        (
            described(|it| it["inputs"] = json!({ "type": "objekt" })),
            "`inputs` is no usable schema",
        ),
        (
            described(|it| it["inputs"] = json!({ "$ref": "http://10.0.0.1/" })),
            "outside of it",
        ),
        (
            described(|it| it["inputs"] = json!({ "$ref": "#" })),
            "refers to itself",
        ),
        (
            described(|it| it["capabilities"][0]["name"] = json!("x".repeat(300))),
            "a word of a capability",
        ),
    ] {
        let component = built(&guest().described_as(&description));
        let refused = yard.runner.describe(&component).await.unwrap_err().to_string();
        let lead = "the component's description is not of the contract's form: ";
        assert!(refused.starts_with(lead) && refused.contains(reason), "{refused}");
    }
}

/// Each question is put to a store of its own: what a component noted the first time is gone the second.
#[tokio::test]
async fn a_component_cannot_answer_otherwise_the_second_time() {
    let yard = plain();
    let aside = "(if (i32.load (global.get $answer)) (then unreachable)) (i32.store (global.get $answer) (i32.const 1))";
    let component = built(&guest().describing_after(aside));
    let first = yard.runner.describe(&component).await.unwrap();
    let again = Runner::new(yard.config.clone()).unwrap();
    assert_eq!(again.describe(&component).await.unwrap(), first);
}

#[tokio::test]
async fn what_check_asks_for_is_bounded_too() {
    let yard = plain();
    let many = json!(vec![
        json!({ "verbs": ["get"], "kind": "ConfigMap", "name": "page-1" });
        201
    ])
    .to_string();
    let component = built(&guest().asking(&many));
    let refused = yard
        .runner
        .check(&component, &json!({}))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("it has 201 capabilities"), "{refused}");
}
