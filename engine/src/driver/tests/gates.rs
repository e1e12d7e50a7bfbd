//! Gates: a deployment waits for somebody, others pass it or stand behind it, and it goes on or ends.

use serde_json::{Value, json};
use shipslog_domain::deployment::Status;
use shipslog_events::event::deployment::DeploymentEndReason;
use shipslog_events::event::process::GateDecision;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_test_support::documents::project;

use super::{ended, message};
use crate::commands::{By, Error};
use crate::story::Story;
use crate::testing::house::{House, by};

/// The project `pass` with these entries before and after its step, as release 1.0.1.
async fn with(before: &[Value], after: &[Value]) -> House {
    let house = House::with(&["pass"]).await;
    let mut document = project("pass", &json!({}));
    let step = document["process"][0].clone();
    let process: Vec<&Value> = before.iter().chain([&step]).chain(after).collect();
    document["process"] = json!(process);
    document["variables"] = json!([{ "name": "Where", "value": "#{Octopus.Environment.Name}" }]);
    house.apply(vec![document]).await;
    assert_eq!(house.release("pass").await.unwrap(), "1.0.1".into());
    house
}

fn approve() -> Value {
    json!({ "name": "Approve", "gate": { "manual": { "instructions": "Look at #{Where} first" } } })
}

async fn deploy(house: &House, release: &str) -> DeploymentId {
    let accepted = house.deploy_release("pass", release, "Development").await;
    accepted.unwrap().deployment
}

async fn decide(house: &House, id: DeploymentId, decision: GateDecision) -> Result<Position, Error> {
    let by = By {
        reason: Some("as agreed".to_owned()),
        ..by()
    };
    let commands = house.engine.commands();
    commands.decide_gate(&by, id, &"Approve".into(), decision).await
}

/// The story, once the deployment waits at a gate.
async fn at_the_gate(house: &House, id: DeploymentId) -> Story {
    house.until(id, |it| it.deployment.open_gate().is_some()).await;
    house.engine.story(id).await.unwrap().unwrap()
}

fn refused(answer: Result<Position, Error>) -> (&'static str, String) {
    match answer.unwrap_err() {
        Error::Refused { code, sentence } => (code, sentence),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn before_its_first_run_a_deployment_waits_with_instructions_and_lets_others_pass() {
    let house = with(&[approve()], &[]).await;
    let waits = deploy(&house, "1.0.1").await;
    let story = at_the_gate(&house, waits).await;
    let deployment = &story.view().deployment;
    assert_eq!(deployment.status, Status::Waiting);
    let gate = story.gate(deployment.open_gate().unwrap()).unwrap();
    assert_eq!(gate.instructions.as_deref(), Some("Look at Development first"));
    let other = deploy(&house, "1.0.0").await;
    let view = house.ended(other).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));

    decide(&house, waits, GateDecision::Passed).await.unwrap();
    let view = house.ended(waits).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    let story = house.engine.story(waits).await.unwrap().unwrap();
    let gate = story.gate(&view.deployment.gates[0].id).unwrap();
    let decided = gate.decided.as_ref().unwrap();
    assert_eq!(decided.decision, GateDecision::Passed);
    assert_eq!(
        (&decided.by, decided.reason.as_deref()),
        (&by().actor, Some("as agreed"))
    );
}

#[tokio::test]
async fn after_its_first_run_a_deployment_that_waits_holds_its_lane() {
    let house = with(&[], &[approve()]).await;
    let holds = deploy(&house, "1.0.1").await;
    let story = at_the_gate(&house, holds).await;
    assert_eq!(story.view().deployment.attempts.len(), 1);
    let behind = deploy(&house, "1.0.0").await;
    let deployment = house.engine.deployment(behind).await.unwrap().unwrap();
    assert_eq!(house.engine.ahead_of(&deployment).await.unwrap(), Some(holds));
    decide(&house, holds, GateDecision::Passed).await.unwrap();
    for id in [holds, behind] {
        let view = house.ended(id).await;
        assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    }
}

#[tokio::test]
async fn a_gate_that_is_failed_ends_the_deployment_and_says_by_whom() {
    let house = with(&[approve()], &[]).await;
    let id = deploy(&house, "1.0.1").await;
    at_the_gate(&house, id).await;
    decide(&house, id, GateDecision::Failed).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::GateFailed));
    let story = house.engine.story(id).await.unwrap().unwrap();
    let said = story.message().unwrap();
    assert!(
        said.starts_with("gate Approve was failed by") && !said.contains("as agreed"),
        "{said}"
    );
}

#[tokio::test]
async fn a_gate_that_nobody_decides_ends_the_deployment_when_its_time_is_over() {
    let mut short = approve();
    short["gate"]["timeLimitSeconds"] = json!(1);
    let house = with(&[short], &[]).await;
    let id = deploy(&house, "1.0.1").await;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::GateExpired));
    let (code, _) = refused(decide(&house, id, GateDecision::Passed).await);
    assert_eq!(code, "deployment-ended");
}

#[tokio::test]
async fn a_gate_is_decided_once_whoever_comes_second_is_told_how() {
    let house = with(&[approve()], &[]).await;
    let early = decide(&house, DeploymentId(9), GateDecision::Passed).await;
    assert!(matches!(early, Err(Error::NotFound(_))), "{early:?}");
    let id = deploy(&house, "1.0.1").await;
    at_the_gate(&house, id).await;
    let (one, other) = tokio::join!(
        decide(&house, id, GateDecision::Passed),
        decide(&house, id, GateDecision::Failed),
    );
    let (code, _) = match (one, other) {
        (Ok(_), second @ Err(_)) | (second @ Err(_), Ok(_)) => refused(second),
        both => panic!("{both:?}"),
    };
    assert!(["gate-decided", "deployment-ended"].contains(&code), "{code}");
    house.ended(id).await;
}

#[tokio::test]
async fn a_server_that_starts_again_waits_on_at_the_gate() {
    let house = with(&[approve()], &[]).await;
    let id = deploy(&house, "1.0.1").await;
    let opened_at = |story: &Story| {
        let id = story.view().deployment.open_gate().unwrap().clone();
        story.gate(&id).unwrap().opened_at
    };
    let before = opened_at(&at_the_gate(&house, id).await);
    let house = house.reopened().await;
    assert_eq!(opened_at(&at_the_gate(&house, id).await), before);
    decide(&house, id, GateDecision::Passed).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
}

#[tokio::test]
async fn whoever_cancels_a_deployment_at_a_gate_ends_it() {
    let house = with(&[], &[approve()]).await;
    let id = deploy(&house, "1.0.1").await;
    at_the_gate(&house, id).await;
    house.engine.commands().cancel(&by(), id).await.unwrap();
    let view = house.ended(id).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Cancelled));
    let said = message(&house, &view).await;
    assert!(
        said.starts_with("cancelled at gate Approve; these had succeeded: Go on Web Development"),
        "{said}"
    );
}
