//! `shipslog logs`: what a deployment's steps logged.

use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;
use shipslog_events::ids::DeploymentId;

use crate::client::Client;
use crate::common::Common;
use crate::exit::Exit;
use crate::moment::time_of_day;
use crate::output::{self, Format, text};
use crate::sse::{self, Next, Word};
use crate::{deployment, yaml};

/// Shows what a deployment's steps logged.
///
/// With `-f` also what comes, until the deployment has ended; a server that restarts is waited for. `-f -o json` writes
/// a JSON value a line.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The deployment, such as `deployments-3` or `3`.
    deployment: DeploymentId,
    /// Go on with what comes, until the deployment has ended.
    #[arg(short, long)]
    follow: bool,
}

impl Logs {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let client = common.client()?;
        let path = deployment::path(self.deployment);
        if self.follow {
            // Nobody waits for a server or a deployment that never was there.
            client.get(&path, &[]).await?;
            follow(&client, &path, common.output).await?;
        } else {
            let items = client.list(&format!("{path}/log"), &[], usize::MAX).await?;
            show(common.output, items)?;
        }
        Ok(Exit::Succeeded)
    }
}

fn show(format: Format, items: Vec<Value>) -> Result<()> {
    match format {
        Format::Table => items.iter().try_for_each(|it| output::line(&shown(it))),
        Format::Json | Format::Yaml => format.show_items(items, |_| String::new()),
    }
}

async fn follow(client: &Client, path: &str, format: Format) -> Result<()> {
    sse::read(client, path, "/log", &[("follow", "true".to_owned())], |word| {
        let Word::Event(event) = word else {
            anstream::eprintln!("the server does not answer; waiting for it to come back");
            return Ok(Next::Go);
        };
        let item: Value =
            serde_json::from_str(&event.data).context("the server sent a line that is no JSON")?;
        match format {
            Format::Table => output::line(&shown(&item))?,
            Format::Json => output::line(&item.to_string())?,
            Format::Yaml => output::line(&format!("---\n{}", yaml::write(&item)?.trim_end()))?,
        }
        Ok(Next::Go)
    })
    .await
}

fn shown(item: &Value) -> String {
    let [at, step, target, level, message] =
        ["at", "step", "target", "level", "message"].map(|it| text(&item[it]));
    let dim = Style::new().dimmed();
    let style = match level.as_str() {
        "error" => AnsiColor::Red.on_default(),
        "warning" => AnsiColor::Yellow.on_default(),
        "debug" => dim,
        _ => Style::new(),
    };
    let level = if level == "info" {
        String::new()
    } else {
        format!("{level}: ")
    };
    let place = format!("{} {step} on {target}:", time_of_day(&at));
    format!("{dim}{place}{dim:#} {style}{level}{message}{style:#}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_when_where_and_how_grave_it_is() {
        let item = json!({
            "row": 7, "at": "2026-01-02T03:04:05.678Z", "step": "Deploy httpd", "target": "Httpd Development",
            "attempt": 1, "level": "warning", "message": "the image is old"
        });
        let line = anstream::adapter::strip_str(&shown(&item)).to_string();
        assert_eq!(
            line,
            "03:04:05 Deploy httpd on Httpd Development: warning: the image is old"
        );
    }
}
