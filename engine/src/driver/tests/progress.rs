//! How far releases come: which phases have succeeded, said once.

use serde_json::json;
use shipslog_events::Stream;
use shipslog_events::event::deployment::DeploymentEndReason;
use shipslog_events::ids::StreamVersion;
use shipslog_test_support::documents::{project, surroundings};

use super::ended;
use crate::commands::{Destination, Error};
use crate::testing::house::{House, by};

/// What is told of release 1.0.0 of a project, in order.
async fn told(house: &House, project: &str) -> Vec<&'static str> {
    let stream = Stream::Progress(project.to_owned(), "1.0.0".into());
    let events = house.engine.events().stream(stream, StreamVersion::NONE).await;
    events.unwrap().iter().map(|it| it.event.kind().0).collect()
}

/// Both environments are one phase.
async fn one_phase(step: &str) -> House {
    let house = House::empty(&[step]).await;
    let together = json!({ "kind": "Lifecycle", "name": "Application", "phases": [
        { "name": "Everywhere", "environments": ["Development", "Production"] },
    ] });
    let mut documents = surroundings();
    documents.retain(|it| it["kind"] != "Lifecycle");
    documents.extend([together, project(step, &json!({}))]);
    house.apply(documents).await;
    house.release(step).await.unwrap();
    house
}

#[tokio::test]
async fn two_environments_that_end_at_once_both_count_and_their_phase_succeeds_once() {
    for _ in 0..8 {
        let house = one_phase("pass").await;
        let (one, other) = tokio::join!(
            house.deploy("pass", "Development"),
            house.deploy("pass", "Production")
        );
        for accepted in [one, other] {
            let view = house.ended(accepted.unwrap().deployment).await;
            assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
        }
        let told = told(&house, "pass").await;
        let count = |kind: &str| told.iter().filter(|it| **it == kind).count();
        assert_eq!(
            [
                count("environment-requested"),
                count("environment-ended"),
                count("phase-succeeded")
            ],
            [2, 2, 1],
            "{told:?}"
        );
        assert_eq!(told.last(), Some(&"phase-succeeded"));
    }
}

#[tokio::test]
async fn a_phase_has_not_succeeded_while_one_of_its_environments_has_not() {
    let house = one_phase("pass").await;
    let id = house.deploy("pass", "Development").await.unwrap().deployment;
    house.ended(id).await;
    assert_eq!(
        told(&house, "pass").await,
        ["environment-requested", "environment-ended"]
    );
}

#[tokio::test]
async fn of_two_promotions_at_once_one_goes_and_the_other_is_told_by_which_deployment() {
    let house = House::with(&["nap"]).await;
    let first = house.deploy("nap", "Development").await.unwrap().deployment;
    house.ended(first).await;
    let (project, version) = ("nap".into(), "1.0.0".into());
    let commands = house.engine.commands();
    let (by, next) = (by(), Destination::NextEnvironment);
    let (one, other) = tokio::join!(
        commands.deploy(&by, &project, &version, &next),
        commands.deploy(&by, &project, &version, &next)
    );
    let (gone, refused) = match (one, other) {
        (Ok(gone), Err(refused)) | (Err(refused), Ok(gone)) => (gone, refused),
        both => panic!("{both:?}"),
    };
    let Error::Refused { code, sentence } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, "on-its-way");
    let gone = gone.deployments[0].deployment;
    assert!(sentence.contains(&gone.to_string()), "{sentence}");
    house.ended(gone).await;
}

#[tokio::test]
async fn a_release_goes_again_where_it_has_been_although_its_lifecycle_is_longer_now() {
    let house = House::with(&["pass"]).await;
    for environment in ["Development", "Production"] {
        let id = house.deploy("pass", environment).await.unwrap().deployment;
        house.ended(id).await;
    }
    let longer = json!({ "kind": "Lifecycle", "name": "Application", "phases": [
        { "name": "Development", "environments": ["Development"] },
        { "name": "Test", "environments": ["Test"] },
        { "name": "Production", "environments": ["Production"] },
    ] });
    house
        .apply(vec![json!({ "kind": "Environment", "name": "Test" }), longer])
        .await;
    let again = house.deploy("pass", "Production").await.unwrap().deployment;
    let view = house.ended(again).await;
    assert_eq!(view.deployment.status, ended(DeploymentEndReason::Succeeded));
    let next = house.release("pass").await.unwrap();
    let refused = house.deploy_release("pass", next.as_str(), "Production").await;
    assert!(
        matches!(
            refused,
            Err(Error::Refused {
                code: "phase-not-succeeded",
                ..
            })
        ),
        "{refused:?}"
    );
}
