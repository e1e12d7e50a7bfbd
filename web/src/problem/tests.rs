use super::*;

#[test]
fn a_refusal_keeps_its_code_and_sentence() {
    let problem = Problem::from(commands::Error::Refused {
        code: "phase-not-succeeded",
        sentence: "deploy it there first".to_owned(),
    });
    let json = serde_json::to_value(&problem).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "type": "urn:shipslog:problem:phase-not-succeeded",
            "title": "refused; nothing was kept",
            "status": 409,
            "code": "phase-not-succeeded",
            "detail": "deploy it there first"
        })
    );
}

#[test]
fn invalid_input_is_answered_with_every_place() {
    let problems = vec![
        domain::schema::Problem::new("process[0].with", "is wrong"),
        domain::schema::Problem::new("", "is wrong too"),
    ];
    let problem = Problem::from(commands::Error::Invalid(problems));
    assert_eq!(problem.0.status, 422);
    assert_eq!(problem.0.problems[0].path, "process[0].with");
    assert_eq!(problem.0.problems[1].message, "is wrong too");
    assert_eq!(problem.0.detail, "process[0].with: is wrong; is wrong too");
}

#[test]
fn our_own_failure_is_answered_without_its_inside() {
    let problem = Problem::from(commands::Error::Internal("/var/lib/secret/path".to_owned()));
    assert_eq!(problem.0.status, 500);
    assert!(!serde_json::to_string(&problem).unwrap().contains("secret"));
}

#[test]
fn views_that_lag_ask_to_try_again() {
    let (wanted, reached) = (
        shipslog_events::ids::Position(9),
        shipslog_events::ids::Position(7),
    );
    let behind = views::Error::Behind {
        wanted,
        reached,
        trouble: None,
    };
    let response = Problem::from(behind).into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[RETRY_AFTER], "1");
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
}

#[test]
fn views_that_are_made_anew_ask_to_try_again() {
    let problem = Problem::from(views::Error::InTheMaking);
    assert_eq!((problem.0.status, problem.0.code.as_str()), (503, "behind"));
    assert!(problem.0.detail.contains("ask again"), "{}", problem.0.detail);
}

#[test]
fn nobody_known_is_told_how_to_say_who() {
    let response = Problem::unauthorized("send a key").into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"shipslog\"");
}
