//! `describe` and `check`.

use super::*;

#[tokio::test]
async fn a_component_says_what_it_is_and_what_inputs_need() {
    let check = r#"[{"verbs":["get"],"kind":"ConfigMap","name":"page-7"}]"#;
    let component = built(&guest().asking(check));
    let yard = plain();
    let description = yard.runner.describe(&component).await.unwrap();
    assert_eq!(
        (description.name.as_str(), description.version.to_string()),
        ("test", "1.2.3".to_owned())
    );
    let asked = yard.runner.check(&component, &json!({})).await.unwrap();
    assert_eq!(asked.capabilities[0].to_string(), "get on ConfigMap page-7");
}

#[tokio::test]
async fn a_component_may_say_how_long_its_inputs_need() {
    for limit in [None, Some(7200)] {
        let guest = guest().asking("[]");
        let guest = match limit {
            Some(seconds) => guest.taking(seconds),
            None => guest,
        };
        let needs = plain().runner.check(&built(&guest), &json!({})).await.unwrap();
        assert_eq!(needs.time_limit_seconds, limit);
    }
}

#[tokio::test]
async fn asking_for_more_than_the_description_lists_is_refused() {
    let check = r#"[{"verbs":["get","apply"],"kind":"ConfigMap","name":"page-7"}]"#;
    let component = built(&guest().asking(check));
    let refused = plain().runner.check(&component, &json!({})).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the step asks for more than its component declares: apply on ConfigMap page-7"
    );
}

#[tokio::test]
async fn wrong_inputs_come_back_with_their_paths() {
    let component = built(&guest().objecting(&[["hello", "hello"]]));
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
    let aside = work::log("hello");
    let component = built(&guest().describing_after(&aside));
    assert_eq!(
        plain().runner.describe(&component).await.unwrap_err().to_string(),
        "the step called log@0.1.0#write in `describe` or `check`, which must do without"
    );
}

#[tokio::test]
async fn a_question_has_a_deadline() {
    let yard = Yard::new(|it| it.question_deadline = Duration::from_millis(200));
    let component = built(&guest().describing_after(&work::again("")));
    let refused = yard.runner.describe(&component).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "the step did not answer `describe` or `check` within 0.2 s"
    );
}

#[tokio::test]
async fn answers_that_are_not_of_the_contracts_form_are_errors() {
    let yard = plain();
    let component = built(&guest().described_as("{}"));
    let refused = yard.runner.describe(&component).await.unwrap_err().to_string();
    assert!(refused.contains("missing field `name`"), "{refused}");
    let component = built(&guest().asking("?"));
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
