//! Following deployments to their ends.

use anyhow::{Context as _, Result};
use clap::Args;
use shipslog_api::deployments::{DEPLOYMENT, DeploymentStatus, WATCH};
use shipslog_api::paging::Reading;
use shipslog_events::ids::{DeploymentId, Position};
use tokio::time::{Duration, Instant};

use crate::answer::Answer;
use crate::client::{Client, Query};
use crate::exit::Exit;
use crate::line_wise::LineWise;
use crate::output::{self, Format};
use crate::screen::{self, Screen};
use crate::sse::{self, Next, Wait, Word};
use crate::{deployment, tree};

/// Whether to stay until the end.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Following {
    /// Watch it live, and exit 1 unless it succeeds.
    #[arg(short, long, group = "following")]
    watch: bool,
    /// Wait for the end without a word, and exit 1 unless it succeeds.
    #[arg(long, group = "following")]
    wait: bool,
    /// Exit 3 when it has not ended after so many seconds; it goes on all the same.
    #[arg(long, value_name = "SECONDS", requires = "following")]
    timeout: Option<u64>,
}

impl Following {
    /// Whether anybody stays.
    pub(crate) fn stays(self) -> bool {
        self.watch || self.wait
    }

    /// Whether nothing is said before the end.
    pub(crate) fn is_silent(self, format: Format) -> bool {
        self.wait || format != Format::Table
    }

    /// Follows deployments one after another, which are there from a position on; answers with the worst end.
    pub(crate) async fn follow(
        self,
        client: &Client,
        format: Format,
        ids: Vec<DeploymentId>,
        position: Position,
    ) -> Result<Exit> {
        let patience = self.timeout.map(Patience::begin);
        let mut worst = Exit::Succeeded;
        for (at, id) in ids.into_iter().enumerate() {
            if at > 0 && format == Format::Yaml {
                output::line("---")?;
            }
            let view = View::new(format, self.watch);
            let ended = follow(client, view, id, Some(position), patience).await?;
            worst = match (worst, ended) {
                (Exit::Succeeded, ended) => ended,
                (_, Exit::Failed) => Exit::Failed,
                (worst, _) => worst,
            };
        }
        Ok(worst)
    }
}

/// How long somebody stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    seconds: u64,
    until: Instant,
}

impl Patience {
    /// From now on.
    pub(crate) fn begin(seconds: u64) -> Self {
        let for_ever = Duration::from_hours(24 * 365);
        let until = Instant::now() + Duration::from_secs(seconds).min(for_ever);
        Self { seconds, until }
    }
}

/// Follows a deployment to its end, shows it meanwhile, and answers with how it ended.
pub(crate) async fn follow(
    client: &Client,
    view: View,
    id: DeploymentId,
    position: Option<Position>,
    patience: Option<Patience>,
) -> Result<Exit> {
    let following = to_the_end(client, view, id, position);
    let Some(Patience { seconds, until }) = patience else {
        return following.await;
    };
    let ended = tokio::time::timeout_at(until, following).await;
    ended.unwrap_or_else(|_| {
        anstream::eprintln!("{id} has not ended after {seconds} s and goes on: `shipslog status {id} -w`");
        Ok(Exit::TimedOut)
    })
}

async fn to_the_end(
    client: &Client,
    mut view: View,
    id: DeploymentId,
    position: Option<Position>,
) -> Result<Exit> {
    let query = Query::of(&Reading {
        min_position: position.map(|it| it.0),
    });
    let mut last = None;
    sse::read(client, WATCH, id, &query, |word| {
        let event = match word {
            Word::Event(event) => event,
            Word::Waiting(wait) => {
                view.waiting(wait)?;
                return Ok(Next::Go);
            }
        };
        let state = Answer::parse(event.data.as_bytes());
        let state = state.context("the server sent a state that is no JSON")?;
        view.show(&state)?;
        if deployment::has_ended(&state) {
            last = Some(state);
            return Ok(Next::Stop);
        }
        Ok(Next::Go)
    })
    .await?;
    let last = match last {
        Some(state) => state,
        None => client.get(&DEPLOYMENT.of([&id]), &query).await?,
    };
    view.close(&last)?;
    Ok(exit(deployment::status(&last)?))
}

fn exit(status: DeploymentStatus) -> Exit {
    match status {
        DeploymentStatus::Succeeded => Exit::Succeeded,
        DeploymentStatus::Waiting
        | DeploymentStatus::Running
        | DeploymentStatus::Failed
        | DeploymentStatus::Cancelled
        | DeploymentStatus::Superseded => Exit::Failed,
    }
}

/// How a deployment is shown while it goes on.
#[derive(Debug)]
pub(crate) enum View {
    /// Redrawn in place.
    Live { screen: Screen, drawn: Vec<String> },
    /// Line by line.
    Lines(LineWise),
    /// Only its end.
    End(Format),
}

impl View {
    pub(crate) fn new(format: Format, watch: bool) -> Self {
        match (format, watch) {
            (Format::Table, true) if screen::is_terminal() => Self::Live {
                screen: Screen::default(),
                drawn: Vec::new(),
            },
            (Format::Table, true) => Self::Lines(LineWise::default()),
            (Format::Table | Format::Json | Format::Yaml, _) => Self::End(format),
        }
    }

    fn show(&mut self, state: &Answer) -> Result<()> {
        match self {
            Self::Live { screen, drawn } => {
                // The first line of each is enough meanwhile; the end shows all.
                *drawn = tree::lines(&state.read()?)
                    .iter()
                    .filter_map(|it| it.drawn().into_iter().next())
                    .collect();
                screen.draw(drawn)
            }
            Self::Lines(said) => lines(&said.news(&state.read()?)),
            // Programs may know words that we do not.
            Self::End(_) => Ok(()),
        }
    }

    fn waiting(&mut self, wait: Wait) -> Result<()> {
        let sentence = wait.sentence();
        match self {
            Self::Live { screen, drawn } => {
                let lines: Vec<String> = drawn.iter().cloned().chain([format!("! {sentence}")]).collect();
                screen.draw(&lines)
            }
            Self::Lines(_) | Self::End(_) => {
                anstream::eprintln!("{sentence}");
                Ok(())
            }
        }
    }

    fn close(self, state: &Answer) -> Result<()> {
        match self {
            Self::Live { screen, .. } => screen.leave(&deployment::drawn(&state.read()?)),
            Self::Lines(mut said) => lines(&said.news(&state.read()?)),
            Self::End(format) => format.show(state, deployment::one),
        }
    }
}

fn lines(news: &[String]) -> Result<()> {
    news.iter().try_for_each(|it| output::line(it))
}

#[cfg(test)]
mod tests;
