//! Waiting is watching: the API server's own log shows it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::deployments::{accept, ended, until};
use crate::story::Stage;

/// Lists that one deployment may make: a blue/green one waits for the rollout, for the endpoints and for the old set to
/// be gone, and looks once at what still uses the old configuration.
const LISTS: [(&str, usize); 5] = [
    ("deployments", 2),
    ("endpointslices", 1),
    ("events", 1),
    ("pods", 3),
    ("replicasets", 2),
];

pub(super) fn watched(stage: &mut Stage) -> Result<()> {
    let file = stage
        .place
        .audit_log
        .clone()
        .context("the local cluster keeps an audit log")?;
    let before = std::fs::read_to_string(&file)?.len();
    let id = accept(stage, "Httpd", "1.0.3", "Development")?;
    let over = until(stage, &id, ended)?;
    ensure!(over["status"] == "succeeded", "{id} ended {}", over["status"]);
    let log = std::fs::read_to_string(&file)?;
    let asked = requests(log.get(before..).unwrap_or_default());
    let count = |verb: &str, resource: &str| -> usize {
        asked
            .iter()
            .filter(|((it, of, _), _)| it == verb && of == resource)
            .map(|(_, times)| times)
            .sum()
    };
    for (resource, most) in LISTS {
        let lists = count("list", resource);
        ensure!(
            lists <= most,
            "{resource} were listed {lists} times, at most {most} are right"
        );
    }
    // A rollout takes its time; endpoints may be there by the first list, which then is all that is asked.
    ensure!(count("watch", "deployments") > 0, "deployments were not watched");
    // Read before it is written or deleted, looked at when it is done: an object that is polled is read more often.
    for ((verb, resource, name), times) in asked.iter().filter(|((verb, ..), _)| verb == "get") {
        ensure!(
            *times <= READS,
            "{resource} {name} was asked for by {verb} {times} times"
        );
    }
    Ok(())
}

/// How often one object may be read: a Service before each of its two writes, and when ownership, switch, drain and
/// clearing up are decided on.
const READS: usize = 6;

/// How often the deployer's account asked for what.
fn requests(log: &str) -> BTreeMap<(String, String, String), usize> {
    let mut counts = BTreeMap::new();
    for line in log.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if event["user"]["username"] != "system:serviceaccount:httpd-development:httpd-deployer" {
            continue;
        }
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &event["objectRef"];
        let key = (
            word(&event["verb"]),
            word(&object["resource"]),
            word(&object["name"]),
        );
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}
