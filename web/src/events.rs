//! Every fact: the audit by many filters, and a deployment's as they happen.

use std::collections::VecDeque;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_engine::Engine;
use shipslog_engine::views::{EventFilter, EventRow};
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::{Recorded, upcast};
use shipslog_nearest as nearest;
use tokio::sync::watch::Receiver;
use utoipa::{IntoParams, ToSchema};

use crate::actor::{self, Source};
use crate::app::App;
use crate::auth::Viewer;
use crate::deployments::{self, Story};
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::paging::{self, Items, Reading};
use crate::problem::Problem;
use crate::stream::{self, Feed};

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// About a project.
    project: Option<String>,
    /// About an environment.
    environment: Option<String>,
    /// About a release.
    release: Option<String>,
    /// About a deployment.
    deployment: Option<String>,
    /// By the name of a key, or `driver` or `server`.
    actor: Option<String>,
    /// Such as `deployment-requested`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Not before, as in `2026-11-24T15:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Before, as in `2026-11-24T16:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Items on the page: 1 to 500, 50 by default.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    min_position: Option<u64>,
}

/// An event as the log holds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogEvent {
    /// Place in the whole log.
    position: u64,
    /// Identity.
    id: String,
    /// The stream it belongs to.
    stream: String,
    /// The stream's version with it.
    version: u64,
    /// Such as `deployment-requested`.
    #[serde(rename = "type")]
    kind: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// The name of a key, or `driver` or `server`.
    actor: String,
    /// From where.
    source: Source,
    /// One person's command and all that followed from it.
    correlation: String,
    /// The event that led to it.
    causation: Option<String>,
    /// The project it is about.
    project: Option<String>,
    /// The environment it is about.
    environment: Option<String>,
    /// The release it is about.
    release: Option<String>,
    /// The deployment it is about.
    deployment: Option<String>,
    /// What happened, in the shape of its type.
    facts: Value,
    /// Hash of it and, through the events before it, of all.
    hash: String,
}

/// Events of the log in order. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "listEvents", tag = "audit", security(("apiKey" = [])), params(Filter),
    responses((status = 200, description = "A page", body = Items<LogEvent>), ReadProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(filter): Query<Filter>,
) -> Result<Json<Items<LogEvent>>, Problem> {
    app.reach(filter.min_position).await?;
    let limit = paging::limit(filter.limit)?;
    let after: Option<u64> = paging::place("events", filter.cursor.as_deref())?;
    let after = Position(after.unwrap_or_default());
    let rows = app
        .engine
        .views()
        .events(filter.into_filter()?, after, limit + 1)
        .await?;
    let page = Items::page(rows, limit, |last| paging::cursor("events", last.position));
    Ok(Json(Items {
        items: load(&app.engine, &page.items).await?,
        next: page.next,
    }))
}

/// Events about a deployment, each as in `/events`, as they happen; ends when the deployment has ended. A client that
/// comes back goes on after its `last-event-id`. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/deployments/{id}/events", operation_id = "streamDeploymentEvents", tag = "deployments", security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "Such as `deployments-841`"),
        ("last-event-id" = Option<u64>, Header, description = "The position to go on after"),
        Reading
    ),
    responses(
        (status = 200, description = "Events; `id` is the position", body = LogEvent,
         content_type = "text/event-stream"),
        ReadProblems
    )
)]
pub(crate) async fn of_deployment(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(reading): Query<Reading>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.reach(reading.min_position).await?;
    let after = stream::last_event_id(&headers)?.unwrap_or_default();
    let id = deployments::id(&id)?;
    let events = Events {
        story: Story::read(&app.engine, id).await?,
        views: app.engine.views().position(),
        engine: app.engine.clone(),
        id,
        after: Position(after),
        read: VecDeque::new(),
    };
    Ok(stream::answer(&app, viewer, events))
}

struct Events {
    engine: Engine,
    id: DeploymentId,
    story: Story,
    views: Receiver<Position>,
    after: Position,
    read: VecDeque<LogEvent>,
}

impl Feed for Events {
    async fn next(&mut self) -> Result<Option<Event>, Problem> {
        loop {
            if let Some(event) = self.read.pop_front() {
                let id = event.position.to_string();
                return Ok(Some(stream::item(&event)?.id(id)));
            }
            self.story.catch_up().await?;
            // The end is one append over several streams: whoever sees it in one finds it whole below the head.
            let last = self.story.is_over().then(|| *self.engine.log().head().borrow());
            let reached = *self.views.borrow_and_update();
            self.fill().await?;
            if !self.read.is_empty() {
                continue;
            }
            if last.is_some_and(|it| it <= reached) || self.views.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}

impl Events {
    async fn fill(&mut self) -> Result<(), Problem> {
        let filter = EventFilter {
            deployment: Some(self.id),
            ..EventFilter::default()
        };
        let rows = self.engine.views().events(filter, self.after, BATCH).await?;
        self.after = rows.last().map_or(self.after, |it| it.position);
        self.read = load(&self.engine, &rows).await?.into();
        Ok(())
    }
}

/// Events read at once for a stream.
const BATCH: usize = 100;

/// The events of some rows; neighbours in the log are read together.
async fn load(engine: &Engine, rows: &[EventRow]) -> Result<Vec<LogEvent>, Problem> {
    let mut events = Vec::new();
    for run in rows.chunk_by(|before, after| after.position.0 == before.position.0 + 1) {
        let after = Position(run[0].position.0.saturating_sub(1));
        let recorded = engine.log().read(after, run.len()).await?;
        events.extend(run.iter().zip(recorded).map(|(row, it)| shown(row, it)));
    }
    Ok(events)
}

fn shown(row: &EventRow, recorded: Recorded) -> LogEvent {
    LogEvent {
        position: recorded.position.0,
        id: recorded.id.to_string(),
        stream: recorded.stream.to_string(),
        version: recorded.version.0,
        kind: recorded.event.kind().0.to_owned(),
        recorded_at: recorded.recorded_at,
        actor: actor::name(&recorded.actor),
        source: recorded.source.into(),
        correlation: recorded.correlation.to_string(),
        causation: recorded.causation.map(|it| it.to_string()),
        project: row.project.clone(),
        environment: row.environment.clone(),
        release: row.release.clone(),
        deployment: row.deployment.map(|it| it.to_string()),
        facts: serde_json::from_str(&upcast::encode(&recorded.event)).unwrap_or_default(),
        hash: recorded.hash.to_string(),
    }
}

impl Filter {
    fn into_filter(self) -> Result<EventFilter, Problem> {
        let deployment = self.deployment.as_deref().map(str::parse).transpose();
        Ok(EventFilter {
            project: self.project,
            environment: self.environment,
            release: self.release,
            deployment: deployment.map_err(|error| Problem::bad_request("bad-query", error))?,
            actor: self.actor,
            kind: self.kind.map(known_kind).transpose()?,
            since: self.since,
            until: self.until,
        })
    }
}

fn known_kind(kind: String) -> Result<String, Problem> {
    let known: Vec<&str> = upcast::KINDS.iter().map(|(name, _)| *name).collect();
    if known.contains(&kind.as_str()) {
        Ok(kind)
    } else {
        Err(Problem::bad_request(
            "bad-query",
            nearest::unknown("event type", &kind, &known),
        ))
    }
}
