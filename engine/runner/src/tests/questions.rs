//! `describe` and `check`.

use serde_json::json;

use super::guest::{CAUSE, Guest, LOOP};
use super::*;

#[tokio::test]
async fn a_component_says_what_it_is_and_what_inputs_need() {
    let check = r#"[{"verbs":["get"],"kind":"ConfigMap","name":"page-7"}]"#;
    let component = Guest {
        check: (0, check),
        ..Guest::default()
    }
    .component();
    let yard = plain();
    let description = yard.runner.describe(&component).await.unwrap();
    assert_eq!(
        (description.name.as_str(), description.version.to_string()),
        ("test", "1.2.3".to_owned())
    );
    let asked = yard.runner.check(&component, &json!({})).await.unwrap();
    assert_eq!(asked[0].to_string(), "get on ConfigMap page-7");
}

#[tokio::test]
async fn asking_for_more_than_the_description_lists_is_refused() {
    let check = r#"[{"verbs":["get","apply"],"kind":"ConfigMap","name":"page-7"}]"#;
    let component = Guest {
        check: (0, check),
        ..Guest::default()
    }
    .component();
    let refused = plain().runner.check(&component, &json!({})).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the step asks for more than its component declares: apply on ConfigMap page-7"
    );
}

#[tokio::test]
async fn wrong_inputs_come_back_with_their_paths() {
    let component = Guest {
        check: (1, CAUSE),
        ..Guest::default()
    }
    .component();
    let refused = plain().runner.check(&component, &json!({})).await.unwrap_err();
    assert_eq!(
        refused,
        CheckRefusal::Inputs(vec![Cause {
            path: "hello".to_owned(),
            message: "hello".to_owned()
        }])
    );
}

#[tokio::test]
async fn nothing_outside_may_be_touched_while_a_question_is_answered() {
    let aside = "(call $log (i32.const 1) (i32.const 32) (i32.const 5))";
    let component = Guest {
        aside,
        ..Guest::default()
    }
    .component();
    assert_eq!(
        plain().runner.describe(&component).await.unwrap_err().to_string(),
        "the step called log@0.1.0#write in `describe` or `check`, which must do without"
    );
}

#[tokio::test]
async fn a_question_has_a_deadline() {
    let yard = Yard::new(|it| it.question_deadline = Duration::from_millis(200));
    let component = Guest {
        aside: LOOP,
        ..Guest::default()
    }
    .component();
    let refused = yard.runner.describe(&component).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "the step did not answer `describe` or `check` within 0.2 s"
    );
}

#[tokio::test]
async fn answers_that_are_not_of_the_contracts_form_are_errors() {
    let yard = plain();
    let component = Guest {
        describe: "{}",
        ..Guest::default()
    }
    .component();
    let refused = yard.runner.describe(&component).await.unwrap_err().to_string();
    assert!(refused.contains("missing field `name`"), "{refused}");
    let component = Guest {
        check: (0, "?"),
        ..Guest::default()
    }
    .component();
    let refused = yard
        .runner
        .check(&component, &json!({}))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("the step's `check` is not of the contract's form"),
        "{refused}"
    );
}
