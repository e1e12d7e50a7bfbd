//! `shipslog changes`: what a deployment did to objects in clusters.

use anyhow::Result;
use clap::Args;
use shipslog_api::changes::{CHANGES, Changes, ObjectChange, ObjectEffect, Taken, Telling};
use shipslog_events::ids::DeploymentId;

use crate::client::Query;
use crate::common::Common;
use crate::exit::Exit;
use crate::moment::moment;
use crate::output::{self, Column, Format, Row, maybe};

/// Shows what a deployment did to the objects in its clusters: what it created, changed and removed.
///
/// It is told from the history, not from the clusters. BEFORE says what was there before a write, TAKEN which fields
/// were taken from other field managers. `-o yaml` also has the manifests that were applied, and the objects as they
/// were found where the project had not left them so; data of Secrets stands in them as keyed digests.
#[derive(Debug, Args)]
pub(crate) struct ChangesVerb {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
}

impl ChangesVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let query = Query::of(&Telling {
            bodies: (common.output != Format::Table).then_some(true),
            min_position: None,
        });
        let path = CHANGES.of([&self.deployment]);
        let changes = common.client()?.get(&path, &query).await?;
        common.output.show(&changes, table)?;
        Ok(Exit::Succeeded)
    }
}

fn table(changes: &Changes) -> String {
    if changes.changes.is_empty() {
        return "it wrote and removed nothing".to_owned();
    }
    output::table(&changes.changes)
}

impl Row for ObjectChange {
    const COLUMNS: &'static [Column<Self>] = &[
        ("WHEN", |it| moment(it.at)),
        ("EFFECT", effect),
        ("OBJECT", |it| it.object.to_string()),
        ("BEFORE", |it| maybe(it.before.as_ref())),
        ("TAKEN", |it| taken(&it.taken)),
        ("STEP", |it| it.step.to_string()),
        ("TARGET", |it| it.target.to_string()),
    ];
}

/// As in `refused delete`; one that was done says so by itself.
fn effect(change: &ObjectChange) -> String {
    match (change.deletes, change.effect) {
        (true, it @ (ObjectEffect::Refused | ObjectEffect::Unanswered)) => format!("{it} delete"),
        (_, it) => it.to_string(),
    }
}

fn taken(fields: &[Taken]) -> String {
    let named = |it: &Taken| format!("{} of {}", it.path, it.manager);
    fields.iter().map(named).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::answer::Answer;

    #[test]
    fn a_delete_without_effect_is_told_from_a_write() {
        let change = |deletes: bool, effect: &str| {
            let said = json!({ "at": "2026-01-02T03:04:05Z", "step": "Deploy", "target": "Here", "attempt": 1, "call": 7,
                "cluster": "c", "object": { "group": "", "version": "v1", "kind": "Secret", "name": "a" },
                "deletes": deletes, "effect": effect });
            super::effect(&Answer::from(said).read().unwrap())
        };
        assert_eq!(change(true, "refused"), "refused delete");
        assert_eq!(change(true, "unanswered"), "unanswered delete");
        assert_eq!(change(true, "deleted"), "deleted");
        assert_eq!(change(false, "refused"), "refused");
    }

    #[test]
    fn each_change_is_a_line() {
        let change = |effect: &str, name: &str| {
            json!({ "at": "2026-01-02T03:04:05Z", "step": "Deploy", "target": "Here", "attempt": 1, "call": 7,
                "cluster": "c", "object": { "group": "apps", "version": "v1", "kind": "Deployment",
                "namespace": "web", "name": name }, "effect": effect })
        };
        let mut forced = change("changed", "web");
        forced["before"] = json!("present");
        forced["taken"] = json!([{ "path": "spec.replicas", "manager": "kubectl" }]);
        let said = json!({ "changes": [forced, change("deleted", "web-1")], "withoutBodies": 0 });
        let changes: Changes = Answer::from(said).read().unwrap();
        let shown = table(&changes);
        let line = |number: usize| {
            let words: Vec<&str> = shown.lines().nth(number).unwrap().split_whitespace().collect();
            words.join(" ")
        };
        assert_eq!(
            line(1),
            "2026-01-02 03:04:05Z changed Deployment web/web present spec.replicas of kubectl Deploy Here"
        );
        assert_eq!(
            line(2),
            "2026-01-02 03:04:05Z deleted Deployment web/web-1 Deploy Here"
        );
        let nothing = json!({ "changes": [], "withoutBodies": 0 });
        let nothing: Changes = Answer::from(nothing).read().unwrap();
        assert_eq!(table(&nothing), "it wrote and removed nothing");
    }
}
