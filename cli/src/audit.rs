//! `shipslog audit`: who did what, when.

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::Value;
use shipslog_events::ids::DeploymentId;

use crate::client::query;
use crate::common::Common;
use crate::exit::Exit;
use crate::{moment, output, verify};

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
            .list("/api/v1/events", &self.filter.query(), self.filter.limit)
            .await?;
        common.output.show_items(items, table)?;
        Ok(Exit::Succeeded)
    }
}

impl Filter {
    fn query(&self) -> Vec<(&'static str, String)> {
        query(&[
            ("project", self.project.clone()),
            ("environment", self.environment.clone()),
            ("release", self.release.clone()),
            ("deployment", self.deployment.map(|it| it.to_string())),
            ("actor", self.actor.clone()),
            ("type", self.event_type.clone()),
            ("since", self.since.map(|it| it.to_string())),
            ("until", self.until.map(|it| it.to_string())),
        ])
    }
}

fn table(items: &Value) -> String {
    let columns = [
        ("POSITION", "position"),
        ("WHEN", "recordedAt"),
        ("ACTOR", "actor"),
        ("TYPE", "type"),
        ("PROJECT", "project"),
        ("ENVIRONMENT", "environment"),
        ("RELEASE", "release"),
        ("DEPLOYMENT", "deployment"),
    ];
    output::table(items, &columns)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

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
            ("deployment", "deployments-3".to_owned()),
            ("type", "deployment-ended".to_owned()),
            ("since", "2026-01-02T00:00:00Z".to_owned()),
        ];
        assert_eq!(filter.query(), expected);
    }

    #[test]
    fn an_event_is_a_line() {
        let items = json!([{
            "position": 7, "recordedAt": "2026-01-02T03:04:05.678Z", "actor": "alice", "type": "deployment-requested",
            "project": "Httpd", "environment": "Production", "release": "1.0.2", "deployment": "deployments-4"
        }]);
        let shown = table(&items);
        let words: Vec<&str> = shown.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "7 2026-01-02 03:04:05Z alice deployment-requested Httpd Production 1.0.2 deployments-4"
        );
    }
}
