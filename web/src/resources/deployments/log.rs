//! The task log of a deployment: what its steps say, for people.

use std::collections::VecDeque;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use shipslog_api::Page;
use shipslog_api::log::{LOG, LineOrigin, Lines, LogLine};
use shipslog_engine::Engine;
use shipslog_engine::story::Story;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_log::StoredLine;
use tokio::sync::watch::Receiver;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::paging;
use crate::problem::Problem;
use crate::stream::{self, Feed};

/// The task log of a deployment: a page, or a stream with `accept: text/event-stream`, which ends with the deployment.
/// A client that comes back goes on after its `last-event-id`. Access role: viewer.
#[utoipa::path(
    get, path = LOG, operation_id = "readDeploymentLog", tag = "deployments", security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "Such as `deployments-841`"),
        ("last-event-id" = Option<u64>, Header, description = "The row to go on after"),
        Lines
    ),
    responses(
        (status = 200, description = "A page, or lines whose `id` is the row", content(
            (Page<LogLine> = "application/json"),
            (LogLine = "text/event-stream")
        )),
        ReadProblems
    )
)]
pub(super) async fn log(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(lines): Query<Lines>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.reach(lines.min_position).await?;
    let limit = paging::limit(lines.limit)?;
    let cursor = paging::place("log", lines.cursor.as_deref())?;
    let id = super::id(&id)?;
    let mut log = Log {
        story: super::story(&app.engine, id).await?,
        head: app.engine.events().head(),
        engine: app.engine.clone(),
        id,
        after: cursor.or(lines.after).unwrap_or_default(),
        follow: lines.follow.unwrap_or(true),
        read: VecDeque::new(),
    };
    if wants_stream(&headers) || lines.follow == Some(true) {
        log.after = stream::last_event_id(&headers)?.unwrap_or(log.after);
        return Ok(stream::answer(&app, viewer, log));
    }
    let items = log.read(limit + 1).await?;
    let next = |last: &LogLine| paging::cursor("log", last.row);
    Ok(Json(paging::page(items, limit, next)).into_response())
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    accepted
        .flat_map(|it| it.split(','))
        .any(|it| it.split(';').next().unwrap_or_default().trim() == "text/event-stream")
}

struct Log {
    engine: Engine,
    id: DeploymentId,
    story: Story,
    head: Receiver<Position>,
    after: u64,
    follow: bool,
    read: VecDeque<LogLine>,
}

/// Lines read at once for a stream.
const BATCH: usize = 500;

impl Log {
    async fn read(&self, limit: usize) -> Result<Vec<LogLine>, Problem> {
        let lines = self.engine.task_log().lines(self.id, self.after, limit).await?;
        Ok(lines.into_iter().map(shown).collect())
    }
}

impl Feed for Log {
    async fn next(&mut self) -> Result<Option<Event>, Problem> {
        loop {
            if let Some(line) = self.read.pop_front() {
                self.after = line.row;
                return Ok(Some(stream::item(&line)?.id(line.row.to_string())));
            }
            self.head.mark_unchanged();
            self.engine.catch_up(&mut self.story).await?;
            // Whoever ends a deployment has written its lines before.
            let last = self.story.is_over() || !self.follow;
            self.read = self.read(BATCH).await?.into();
            if self.read.is_empty() && (last || self.head.changed().await.is_err()) {
                return Ok(None);
            }
        }
    }
}

fn shown((row, line): StoredLine) -> LogLine {
    match line {
        Ok(line) => LogLine {
            row,
            at: moment(line.at),
            message: line.message,
            origin: LineOrigin::Run {
                step: line.attempt.step,
                target: line.attempt.target,
                attempt: line.attempt.attempt,
                level: line.level,
            },
        },
        Err(line) => LogLine {
            row,
            at: moment(line.at),
            message: line.message,
            origin: LineOrigin::Damaged {
                run: line.attempt,
                unreadable: line.reason,
            },
        },
    }
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        wants_stream(&headers)
    }

    #[test]
    fn a_stream_is_answered_to_those_who_accept_one() {
        assert!(asked("text/event-stream"));
        assert!(asked("application/json;q=0.1, text/event-stream;q=1"));
        assert!(!asked("application/json"));
        assert!(!wants_stream(&HeaderMap::new()));
    }
}
