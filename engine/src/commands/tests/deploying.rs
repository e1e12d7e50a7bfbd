//! Releases and deployments: what is refused, and with which words.

use serde_json::{Value, json};
use shipslog_domain::deployment::Status;
use shipslog_events::Stream;
use shipslog_events::event::deployment::{DeploymentEndReason, Outcome};
use shipslog_events::ids::StreamVersion;

use super::*;

fn succeeded() -> Status {
    Status::Ended {
        outcome: Outcome::Succeeded,
        reason: DeploymentEndReason::Succeeded,
    }
}

#[tokio::test]
async fn a_release_takes_the_next_version_and_one_that_is_taken_is_refused() {
    let house = House::with(&["pass"]).await;
    assert_eq!(house.release("pass").await.unwrap(), "1.0.1".into());
    let again = NewRelease {
        project: "pass".into(),
        version: Some("1.0.1".into()),
        packages: BTreeMap::new(),
    };
    let (code, sentence) = refused(house.engine.commands().create_release(&by(), again).await);
    assert_eq!(code, "release-exists");
    assert_eq!(
        sentence,
        "release 1.0.1 of pass exists already; choose another version"
    );
}

#[tokio::test]
async fn releases_created_at_once_each_get_a_version_of_their_own() {
    let house = House::with(&["pass"]).await;
    let created = futures::future::join_all((0..6).map(|_| house.release("pass"))).await;
    let mut versions: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 6);
}

#[tokio::test]
async fn a_release_whose_inputs_fit_nowhere_is_refused_with_path_and_place() {
    let house = House::with(&["pass"]).await;
    let mut with_variable = project("pass", &json!({ "text": "#{Greeting}" }));
    let value = json!({ "name": "Greeting", "value": "hello", "scope": { "environments": ["Development"] } });
    with_variable["variables"] = json!([value]);
    house.apply(vec![with_variable]).await;
    let Error::Invalid(problems) = house.release("pass").await.unwrap_err() else {
        panic!("the inputs are what is wrong");
    };
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "process[0].with.text");
    assert!(
        problems[0]
            .message
            .ends_with("(in Production, on Web Production)"),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_grant_that_is_narrower_than_what_the_step_needs_is_refused_with_what_is_missing() {
    let house = House::empty(&["reach"]).await;
    house.apply(surroundings()).await;
    let granted = |with: &str, grant: Value| {
        let mut project = project("reach", &json!({ "text": with }));
        project["process"][0]["grant"] = grant;
        project
    };
    let narrow = json!([{ "verbs": ["get"], "kind": "ConfigMap", "name": "other" }]);
    let missing = "the step needs more than the project grants; add this to it, or leave `grant` out: \
                   get on ConfigMap page";
    let Error::Invalid(problems) = house
        .engine
        .commands()
        .apply(&by(), vec![granted("plain", narrow.clone())], false)
        .await
        .unwrap_err()
    else {
        panic!("the grant is what is wrong");
    };
    assert_eq!(
        problems,
        [Problem::new("Project reach: process[0].grant", missing)]
    );
    house
        .apply(vec![granted("in #{Octopus.Environment.Name}", narrow)])
        .await;
    let Error::Invalid(problems) = house.release("reach").await.unwrap_err() else {
        panic!("the grant is what is wrong");
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(problems[0].path, "process[0].grant");
    assert!(problems[0].message.starts_with(missing), "{problems:?}");
    house
        .apply(vec![granted(
            "plain",
            json!([{ "verbs": ["get", "list"], "kind": "ConfigMap" }]),
        )])
        .await;
    house.release("reach").await.unwrap();
}

#[tokio::test]
async fn what_does_not_exist_is_named_with_what_comes_nearest() {
    let house = House::with(&["pass"]).await;
    let of = |answer: Result<AcceptedDeployment, Error>| match answer.unwrap_err() {
        Error::NotFound(sentence) => sentence,
        other => panic!("{other:?} does not say that it is missing"),
    };
    assert!(of(house.deploy("pas", "Development").await).contains("`pass`"));
    assert!(of(house.deploy("pass", "Developmnet").await).contains("`Development`"));
    let missing = house.deploy_release("pass", "1.0.9", "Development").await;
    assert!(of(missing).contains("`1.0.0`"));
    let cancelled = house
        .engine
        .commands()
        .cancel(&by(), DeploymentId(7))
        .await
        .unwrap_err();
    assert!(matches!(cancelled, Error::NotFound(_)), "{cancelled:?}");
}

#[tokio::test]
async fn a_deployment_is_refused_where_the_lifecycle_does_not_lead_or_not_yet_and_no_number_is_used_up() {
    let house = House::with(&["pass"]).await;
    let before = head(&house);
    let (code, sentence) = refused(house.deploy("pass", "Production").await);
    assert_eq!(code, "phase-not-succeeded");
    assert!(
        sentence.contains("phase Development has not succeeded"),
        "{sentence}"
    );
    let (code, _) = refused(house.deploy("pass", "Elsewhere").await);
    assert_eq!(code, "not-in-lifecycle");
    assert_eq!(head(&house), before);
    let accepted = house.deploy("pass", "Development").await.unwrap();
    assert_eq!(accepted.deployment, DeploymentId(1));
}

#[tokio::test]
async fn a_step_without_a_target_is_skipped_and_named_at_the_end() {
    let house = House::with(&["pass"]).await;
    let mut two = project("pass", &json!({}));
    let mut lonely = two["process"][0].clone();
    (lonely["name"], lonely["roles"]) = (json!("Migrate"), json!(["Database"]));
    two["process"].as_array_mut().unwrap().insert(0, lonely);
    house.apply(vec![two]).await;
    let version = house.release("pass").await.unwrap();
    let accepted = house
        .deploy_release("pass", version.as_str(), "Development")
        .await;
    let view = house.ended(accepted.unwrap().deployment).await;
    assert_eq!(view.deployment.attempts.len(), 1);
    let message = house
        .engine
        .events()
        .body(view.ended_by.unwrap(), "message")
        .await;
    let said = String::from_utf8(message.unwrap().unwrap()).unwrap();
    assert!(
        said.ends_with("skipped, as no target had one of their roles when it was requested: Migrate"),
        "{said}"
    );
}

#[tokio::test]
async fn a_release_of_which_nothing_would_run_is_refused_with_the_roles_of_its_steps() {
    let house = House::with(&["pass"]).await;
    let mut lonely = project("pass", &json!({}));
    lonely["process"][0]["roles"] = json!(["Database"]);
    house.apply(vec![lonely]).await;
    let version = house.release("pass").await.unwrap();
    let answer = house
        .deploy_release("pass", version.as_str(), "Development")
        .await;
    let (code, sentence) = refused(answer);
    assert_eq!(code, "no-target");
    assert!(
        sentence.starts_with("nothing of release 1.0.1 would run in Development")
            && sentence.contains("(Go: Database)"),
        "{sentence}"
    );
}

#[tokio::test]
async fn promotion_begins_where_something_succeeded_and_goes_on_until_there_is_no_phase() {
    let house = House::with(&["pass"]).await;
    let promote = || house.request("pass", "1.0.0", &Destination::NextEnvironment);
    assert_eq!(refused(promote().await).0, "phase-not-succeeded");
    let first = house.deploy("pass", "Development").await.unwrap();
    house.ended(first.deployment).await;
    let accepted = promote().await.unwrap().deployments;
    assert_eq!(accepted[0].environment.as_str(), "Production");
    house.ended(accepted[0].deployment).await;
    assert_eq!(refused(promote().await).0, "nowhere-to-promote");
    house.deploy("pass", "Production").await.unwrap();
}

/// As `House::with`, with two environments in the second phase.
async fn with_two_in_production() -> House {
    let house = House::with(&["pass"]).await;
    let lifecycle = json!({ "kind": "Lifecycle", "name": "Application", "phases": [
        { "name": "Development", "environments": ["Development"] },
        { "name": "Production", "environments": ["Production", "Elsewhere"] },
    ] });
    house.apply(vec![target("Elsewhere"), lifecycle]).await;
    house
}

#[tokio::test]
async fn several_environments_are_one_append_each_with_its_reason() {
    let house = with_two_in_production().await;
    let first = house.deploy("pass", "Development").await.unwrap();
    house.ended(first.deployment).await;
    let by = By {
        reason: Some("the fair begins".to_owned()),
        ..by()
    };
    let (project, release) = ("pass".into(), "1.0.0".into());
    let both = ["Elsewhere", "Production", "Elsewhere"].map(Into::into);
    let both = Destination::Environments(both.to_vec());
    let commands = house.engine.commands();
    let accepted = commands.deploy(&by, &project, &release, &both).await.unwrap();
    let environments: Vec<&str> = accepted
        .deployments
        .iter()
        .map(|it| it.environment.as_str())
        .collect();
    assert_eq!(environments, ["Elsewhere", "Production"]);
    for it in &accepted.deployments {
        let story = house.engine.story(it.deployment).await.unwrap().unwrap();
        assert_eq!(story.reason(), Some("the fair begins"));
        let view = house.ended(it.deployment).await;
        assert_eq!(view.deployment.status, succeeded());
    }
}

#[tokio::test]
async fn where_one_environment_is_refused_none_is_deployed_to() {
    let house = with_two_in_production().await;
    let to = Destination::Environments(vec!["Development".into(), "Elsewhere".into()]);
    let (code, sentence) = refused(house.request("pass", "1.0.0", &to).await);
    assert_eq!(code, "phase-not-succeeded");
    assert!(sentence.contains("cannot be deployed to Elsewhere"), "{sentence}");
    assert!(house.engine.story(DeploymentId(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_promotion_may_take_the_whole_phase() {
    let house = with_two_in_production().await;
    let first = house.deploy("pass", "Development").await.unwrap();
    house.ended(first.deployment).await;
    let phase = Destination::NextPhase;
    let accepted = house.request("pass", "1.0.0", &phase).await.unwrap().deployments;
    assert_eq!(accepted.len(), 2);
    for it in accepted {
        house.ended(it.deployment).await;
    }
    assert_eq!(
        refused(house.request("pass", "1.0.0", &phase).await).0,
        "nowhere-to-promote"
    );
}

#[tokio::test]
async fn people_who_deploy_at_once_are_all_accepted_each_with_a_number_of_its_own() {
    let house = House::with(&["pass"]).await;
    let accepted = futures::future::join_all((0..40).map(|_| house.deploy("pass", "Development"))).await;
    let mut numbers: Vec<_> = accepted.into_iter().map(|it| it.unwrap().deployment).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 40);
    for number in numbers {
        assert_eq!(house.ended(number).await.deployment.status, succeeded());
    }
}

#[tokio::test]
async fn cancelling_again_is_cancelling_once_and_what_has_ended_cannot_be_cancelled() {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    // By now it may have ended; if not, nothing is written.
    let _ = house.engine.commands().cancel(&by(), id).await;
    house.ended(id).await;
    let events = house
        .engine
        .events()
        .stream(Stream::Deployment(id), StreamVersion::NONE)
        .await
        .unwrap();
    let asked = events.iter().filter(|it| it.event.kind().0 == "cancel-requested");
    assert_eq!(asked.count(), 1);
    let (code, sentence) = refused(house.engine.commands().cancel(&by(), id).await);
    assert_eq!(code, "deployment-ended");
    assert_eq!(
        sentence,
        "deployments-1 is over (cancelled) and takes no more commands"
    );
}
