//! The checked-in description is that of the handlers.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use shipslog_api::Done as _;
use shipslog_api::configuration::SCHEMA;
use shipslog_api::configuration::{Applied, CONFIGURATION};
use shipslog_api::deployments::{CANCEL, CancelAccepted, DEPLOYMENTS, DeploymentsAccepted};
use shipslog_api::health::HEALTH;
use shipslog_api::keys::{KEY, KEYS, KeyCreated, KeyRevoked};
use shipslog_api::releases::{RELEASES, ReleaseCreated};

/// Rewrites the file instead of comparing with it.
const UPDATE: &str = "UPDATE_DOCS";

#[test]
fn the_description_in_the_docs_is_that_of_the_handlers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let generated = crate::openapi_document();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == generated,
        "docs/openapi.json is not up to date; run `{UPDATE}=1 cargo test -p shipslog-web openapi`, then look at the diff"
    );
}

#[test]
fn every_operation_says_how_it_fails_and_whether_it_needs_a_key() {
    let document: Value = serde_json::from_str(&crate::openapi_document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    let open = [HEALTH.pattern(), SCHEMA.pattern()];
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(
                names.insert(operation["operationId"].to_string()),
                "{method} {path}"
            );
            let failure = &operation["responses"]["500"]["content"]["application/problem+json"];
            assert_eq!(failure.is_object(), path != HEALTH.pattern(), "{method} {path}");
            let needs_key = operation["security"][0]["apiKey"].is_array();
            assert_eq!(needs_key, !open.contains(&path.as_str()), "{method} {path}");
        }
    }
}

#[test]
fn what_was_done_is_answered_with_the_status_that_clients_expect() {
    let document: Value = serde_json::from_str(&crate::openapi_document()).unwrap();
    for (path, method, status) in [
        (CONFIGURATION.pattern(), "post", Applied::STATUS),
        (RELEASES.pattern(), "post", ReleaseCreated::STATUS),
        (DEPLOYMENTS.pattern(), "post", DeploymentsAccepted::STATUS),
        (CANCEL.pattern(), "post", CancelAccepted::STATUS),
        (KEYS.pattern(), "post", KeyCreated::STATUS),
        (KEY.pattern(), "delete", KeyRevoked::STATUS),
    ] {
        let answers = document["paths"][path][method]["responses"].as_object().unwrap();
        let done: Vec<&String> = answers.keys().filter(|it| it.starts_with('2')).collect();
        assert_eq!(done, [&status.to_string()], "{method} {path}");
    }
}

#[test]
fn whatever_is_served_has_an_address_that_clients_know_and_the_reverse() {
    let document: Value = serde_json::from_str(&crate::openapi_document()).unwrap();
    let served: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(served, shipslog_api::patterns().collect());
}
