//! `shipslog logs`: what a deployment's steps logged.

use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_api::deployments::DEPLOYMENT;
use shipslog_api::log::{LOG, LineOrigin, Lines, LogLine};
use shipslog_events::LogLevel;
use shipslog_events::ids::DeploymentId;

use crate::answer::Answer;
use crate::client::{Client, Query};
use crate::common::Common;
use crate::exit::Exit;
use crate::moment::time_of_day;
use crate::output::{self, Format};
use crate::sse::{self, Next, Word};
use crate::yaml;

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
        let id = self.deployment;
        if self.follow {
            // Nobody waits for a server or a deployment that never was there.
            match client.get(&DEPLOYMENT.of([&id]), &Query::NONE).await {
                Err(error) if !sse::is_behind(&error) => return Err(error),
                Ok(_) | Err(_) => {}
            }
            follow(&client, id, common.output).await?;
        } else {
            let lines = client.list(&LOG.of([&id]), &Query::NONE, usize::MAX).await?;
            show(common.output, &lines)?;
        }
        Ok(Exit::Succeeded)
    }
}

fn show(format: Format, lines: &Answer) -> Result<()> {
    match format {
        Format::Table => {
            let lines: Vec<LogLine> = lines.read()?;
            lines.iter().try_for_each(|it| output::line(&shown(it)))
        }
        Format::Json | Format::Yaml => format.show(lines, |_: &Vec<LogLine>| String::new()),
    }
}

async fn follow(client: &Client, id: DeploymentId, format: Format) -> Result<()> {
    let query = Query::of(&Lines {
        follow: Some(true),
        ..Lines::default()
    });
    sse::read(client, LOG, id, &query, |word| {
        let event = match word {
            Word::Event(event) => event,
            Word::Waiting(wait) => {
                anstream::eprintln!("{}", wait.sentence());
                return Ok(Next::Go);
            }
        };
        let line = Answer::parse(event.data.as_bytes()).context("the server sent a line that is no JSON")?;
        match format {
            Format::Table => output::line(&shown(&line.read()?))?,
            Format::Json => output::line(&line.said().to_string())?,
            Format::Yaml => output::line(&format!("---\n{}", yaml::write(line.said())?.trim_end()))?,
        }
        Ok(Next::Go)
    })
    .await
}

fn shown(line: &LogLine) -> String {
    let (place, style, weight) = match &line.origin {
        LineOrigin::Run {
            step, target, level, ..
        } => (format!("{step} on {target}"), style(*level), weight(*level)),
        LineOrigin::Damaged { run, unreadable } => (
            run.clone(),
            style(LogLevel::Error),
            format!("unreadable ({unreadable}): "),
        ),
    };
    let (at, dim) = (time_of_day(line.at), Style::new().dimmed());
    format!(
        "{dim}{at} {place}:{dim:#} {style}{weight}{}{style:#}",
        line.message
    )
}

fn style(level: LogLevel) -> Style {
    match level {
        LogLevel::Error => AnsiColor::Red.on_default(),
        LogLevel::Warning => AnsiColor::Yellow.on_default(),
        LogLevel::Debug => Style::new().dimmed(),
        LogLevel::Info => Style::new(),
    }
}

/// Said of all lines but those that are as expected.
fn weight(level: LogLevel) -> String {
    match level {
        LogLevel::Info => String::new(),
        LogLevel::Debug | LogLevel::Warning | LogLevel::Error => format!("{level}: "),
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::AttemptNumber;

    use super::*;

    fn told(origin: LineOrigin) -> String {
        let line = LogLine {
            row: 7,
            at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            message: "the image is old".to_owned(),
            origin,
        };
        anstream::adapter::strip_str(&shown(&line)).to_string()
    }

    fn of_run(level: LogLevel) -> LineOrigin {
        LineOrigin::Run {
            step: "Deploy httpd".into(),
            target: "Httpd Development".into(),
            attempt: AttemptNumber(1),
            level,
        }
    }

    #[test]
    fn a_line_says_when_where_and_how_grave_it_is() {
        assert_eq!(
            told(of_run(LogLevel::Warning)),
            "03:04:05 Deploy httpd on Httpd Development: warning: the image is old"
        );
        assert_eq!(
            told(of_run(LogLevel::Info)),
            "03:04:05 Deploy httpd on Httpd Development: the image is old"
        );
    }

    #[test]
    fn a_line_that_was_changed_in_the_store_says_so() {
        let damaged = LineOrigin::Damaged {
            run: "x".to_owned(),
            unreadable: "`x` is no attempt".to_owned(),
        };
        assert_eq!(
            told(damaged),
            "03:04:05 x: unreadable (`x` is no attempt): the image is old"
        );
    }
}
