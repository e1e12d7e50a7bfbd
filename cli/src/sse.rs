//! Server-sent events of a deployment: read, and gone on with after the connection or the server was lost.

mod parser;

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::StreamExt as _;
use shipslog_api::deployments::DEPLOYMENT;
use shipslog_api::problem::{Code, PROBLEM};
use shipslog_api::{Address, Problem};
use shipslog_events::ids::DeploymentId;
use tokio::time::Instant;

use crate::client::{Client, Error, Query};
use crate::deployment;

pub(crate) use parser::Event;
use parser::Parser;

/// What a reader hears.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// An event of the stream.
    Event(&'a Event),
    /// The server is away, or cannot say anything yet: said once each time.
    Waiting(Wait),
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A server that answers.
    Server,
    /// Its lists, which are behind.
    Lists,
}

impl Wait {
    /// As it is told to people.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Server => "the server does not answer; waiting for it to come back",
            Self::Lists => "the server's lists are behind; waiting for them",
        }
    }
}

/// What a reader says to each event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Go,
    Stop,
}

/// How long a lost server is waited for.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two tries, from the first on.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
];
/// The server says something at least every 15 seconds; a connection this quiet is dead.
const SILENCE: Duration = Duration::from_mins(1);

/// A connection that is older was a good one.
const PROVED: Duration = Duration::from_secs(20);

/// How a connection ended.
enum End {
    /// The reader has enough.
    Stopped,
    /// The server had no more to say.
    Complete,
    /// It broke, or there was none; with the server's last word, if it had one.
    Broken(Option<Problem>),
}

/// Reads a stream of a deployment until the reader has enough or the deployment has ended and all is told. A lost
/// connection is taken up again after the last event.
pub(crate) async fn read(
    client: &Client,
    stream: Address<1>,
    id: DeploymentId,
    query: &Query,
    mut reader: impl FnMut(Word<'_>) -> Result<Next>,
) -> Result<()> {
    let path = stream.of([&id]);
    let mut last: Option<String> = None;
    let mut away = Away::default();
    let mut over = false;
    loop {
        match connection(client, &path, query, &mut last, &mut away, &mut reader).await? {
            End::Stopped => return Ok(()),
            // Known to be over before this connection began: nothing can have been missed.
            End::Complete if over => return Ok(()),
            End::Complete => over = has_ended(client, id).await?,
            End::Broken(said) => {
                over = false;
                away.said = said;
            }
        }
        if !over {
            away.pause(&mut reader).await?;
        }
    }
}

async fn connection(
    client: &Client,
    path: &str,
    query: &Query,
    last: &mut Option<String>,
    away: &mut Away,
    reader: &mut impl FnMut(Word<'_>) -> Result<Next>,
) -> Result<End> {
    let response = match tokio::time::timeout(SILENCE, client.stream(path, query, last.as_deref())).await {
        Err(_) => return Ok(End::Broken(None)),
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return broken_by(error),
    };
    let (mut before, opened) = (Some(away.clone()), Instant::now());
    let mut parser = Parser::default();
    let mut chunks = response.bytes_stream();
    loop {
        let chunk = match tokio::time::timeout(SILENCE, chunks.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(None) => return Ok(End::Complete),
            Ok(Some(Err(_))) | Err(_) => return Ok(End::Broken(None)),
        };
        *away = Away::default();
        if opened.elapsed() > PROVED {
            before = None;
        }
        for event in parser.feed(&chunk) {
            if event.name == PROBLEM {
                // Whoever says nothing else is not there yet.
                if let Some(before) = before.take() {
                    *away = before;
                }
                return broken_by(last_word(&event)?);
            }
            before = None;
            *last = event.id.clone().or(last.take());
            if reader(Word::Event(&event))? == Next::Stop {
                return Ok(End::Stopped);
            }
        }
    }
}

/// The server's last word in a stream that it cannot go on with.
fn last_word(event: &Event) -> Result<anyhow::Error> {
    let problem: Problem =
        serde_json::from_str(&event.data).context("the server sent a problem that is no JSON")?;
    Ok(Error::from(problem).into())
}

/// What may pass is a broken connection.
fn broken_by(error: anyhow::Error) -> Result<End> {
    if !is_passing(&error) {
        return Err(error);
    }
    Ok(End::Broken(match error.downcast() {
        Ok(Error::Problem(problem)) => Some(*problem),
        Ok(_) | Err(_) => None,
    }))
}

/// A server that is about to be back or to catch up, or a proxy before one.
fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<Error>() {
        Some(Error::Unreachable { .. }) => true,
        Some(Error::Problem(problem)) => matches!(problem.status, 502..=504),
        Some(
            Error::Elsewhere { .. }
            | Error::Unknown { .. }
            | Error::OtherWords { .. }
            | Error::DoneInOtherWords { .. },
        )
        | None => false,
    }
}

/// Whether the server is there, and only its lists are not.
pub(crate) fn is_behind(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<Error>() {
        Some(Error::Problem(problem)) => problem.code == Code::BEHIND,
        Some(_) | None => false,
    }
}

/// Whether nothing more will come; a server that is away again has not said so.
async fn has_ended(client: &Client, id: DeploymentId) -> Result<bool> {
    match client.get(&DEPLOYMENT.of([&id]), &Query::NONE).await {
        Ok(state) => Ok(deployment::has_ended(&state)),
        Err(error) if is_passing(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Since when the server has been away, and how often it was tried.
#[derive(Debug, Clone, Default)]
struct Away {
    since: Option<Instant>,
    tries: usize,
    /// What it said last, if it said anything.
    said: Option<Problem>,
    /// What the reader was told to wait for.
    told: Option<Wait>,
}

impl Away {
    async fn pause(&mut self, reader: &mut impl FnMut(Word<'_>) -> Result<Next>) -> Result<()> {
        let behind = self.said.take().filter(|it| it.code == Code::BEHIND);
        if self.since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            if let Some(problem) = behind {
                return Err(Error::from(problem).into());
            }
            bail!(
                "the server has been away for {} seconds; ask again later",
                PATIENCE.as_secs()
            );
        }
        let wait = behind.map_or(Wait::Server, |_| Wait::Lists);
        if self.tries >= 2 && self.told != Some(wait) {
            self.told = Some(wait);
            reader(Word::Waiting(wait))?;
        }
        tokio::time::sleep(PAUSES[self.tries.min(PAUSES.len() - 1)]).await;
        self.tries += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
