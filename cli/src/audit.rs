//! `shipslog audit`: who did what, when.

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use shipslog_api::events::{self, EVENTS, LogEvent};
use shipslog_events::ids::DeploymentId;

use crate::client::Query;
use crate::common::Common;
use crate::exit::Exit;
use crate::moment::{self, moment};
use crate::output::{self, Column, Row, maybe};
use crate::verify;

/// Lists events: who did what, when; or verifies that none was changed.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Audit {
    #[command(flatten)]
    filter: Filter,
    #[command(subcommand)]
    verb: Option<AuditVerb>,
}

#[derive(Debug, Subcommand)]
enum AuditVerb {
    Verify(verify::Verify),
}

/// Which events; all conditions hold at once.
#[derive(Debug, Args)]
struct Filter {
    /// About this project.
    #[arg(long)]
    project: Option<String>,
    /// About this environment.
    #[arg(long)]
    environment: Option<String>,
    /// About this release.
    #[arg(long)]
    release: Option<String>,
    /// About this deployment.
    #[arg(long)]
    deployment: Option<DeploymentId>,
    /// By this actor: a key's name, `driver` or `server`.
    #[arg(long)]
    actor: Option<String>,
    /// Of this type, such as `deployment-requested`.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Not before this moment, day, or time ago, such as `2026-01-02T03:04:05Z`, `2026-01-02` or `2h`.
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<Timestamp>,
    /// Before this moment, day, or time ago.
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

fn when(text: &str) -> Result<Timestamp, String> {
    moment::parse(text, Timestamp::now())
}

impl Audit {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        if let Some(AuditVerb::Verify(verify)) = self.verb {
            return verify.run(common).await;
        }
        let items = common
            .client()?
            .list(&EVENTS.of([]), &self.filter.query(), self.filter.limit)
            .await?;
        common
            .output
            .show(&items, |it: &Vec<LogEvent>| output::table(it))?;
        let limit = self.filter.limit;
        if items.said().as_array().is_some_and(|it| it.len() >= limit) {
            // Whoever looks for what happened last must not take these for all.
            anstream::eprintln!(
                "these are the first {limit}; --since, --until or a higher --limit show others"
            );
        }
        Ok(Exit::Succeeded)
    }
}

impl Filter {
    fn query(&self) -> Query {
        Query::of(&events::Filter {
            project: self.project.clone().map(Into::into),
            environment: self.environment.clone().map(Into::into),
            release: self.release.clone().map(Into::into),
            deployment: self.deployment.map(|it| it.to_string()),
            actor: self.actor.clone(),
            kind: self.event_type.clone(),
            since: self.since,
            until: self.until,
            ..events::Filter::default()
        })
    }
}

impl Row for LogEvent {
    const COLUMNS: &'static [Column<Self>] = &[
        ("POSITION", |it| it.position.to_string()),
        ("WHEN", |it| moment(it.recorded_at)),
        ("ACTOR", |it| it.actor.clone()),
        ("TYPE", |it| it.kind.clone()),
        ("PROJECT", |it| maybe(it.project.as_ref())),
        ("ENVIRONMENT", |it| maybe(it.environment.as_ref())),
        ("RELEASE", |it| maybe(it.release.as_ref())),
        ("DEPLOYMENT", |it| maybe(it.deployment.as_ref())),
        ("REASON", |it| {
            it.reason.clone().unwrap_or_default().replace('\n', " ")
        }),
    ];
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::answer::Answer;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        audit: Audit,
    }

    #[test]
    fn filters_become_a_query() {
        let words = [
            "audit",
            "--deployment",
            "3",
            "--type",
            "deployment-ended",
            "--since",
            "2026-01-02",
        ];
        let filter = Line::parse_from(words).audit.filter;
        let expected = [
            ("deployment", "deployments-3"),
            ("since", "2026-01-02T00:00:00Z"),
            ("type", "deployment-ended"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(filter.query().pairs(), expected);
    }

    #[test]
    fn an_event_is_a_line_also_where_its_type_is_news() {
        let said = json!([{
            "position": 7, "id": "0195b0a0-0000-7000-8000-000000000000", "stream": "deployment/4", "version": 1,
            "recordedAt": "2026-01-02T03:04:05.678Z", "actor": "alice", "type": "deployment-paused",
            "source": { "key": null, "address": null }, "correlation": "0195b0a0-0000-7000-8000-000000000000",
            "causation": null, "project": "Httpd", "environment": "Production", "release": "1.0.2",
            "deployment": "deployments-4", "facts": {}, "hash": "0".repeat(64)
        }]);
        let events: Vec<LogEvent> = Answer::from(said).read().unwrap();
        let shown = output::table(&events);
        let words: Vec<&str> = shown.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "7 2026-01-02 03:04:05Z alice deployment-paused Httpd Production 1.0.2 deployments-4"
        );
    }
}
