//! Every fact: the audit by many filters, and a deployment's as they happen.

use std::collections::VecDeque;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use shipslog_api::Page;
use shipslog_api::events::{DEPLOYMENT_EVENTS, EVENTS, Filter, LogEvent};
use shipslog_api::paging::Reading;
use shipslog_engine::Engine;
use shipslog_engine::story::Story;
use shipslog_engine::views::{EventFilter, EventRow};
use shipslog_events::envelope::REASON;
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::{Recorded, upcast};
use shipslog_nearest as nearest;
use tokio::sync::watch::Receiver;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;
use crate::resources::deployments;
use crate::stream::{self, Feed};
use crate::{actor, paging};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_deployment))
}

/// Events of the log in order. Access role: viewer.
#[utoipa::path(
    get, path = EVENTS, operation_id = "listEvents", tag = "audit", security(("apiKey" = [])), params(Filter),
    responses((status = 200, description = "A page", body = Page<LogEvent>), ReadProblems)
)]
async fn list(
    State(app): State<App>,
    _: Viewer,
    Query(filter): Query<Filter>,
) -> Result<Json<Page<LogEvent>>, Problem> {
    app.reach(filter.min_position).await?;
    let limit = paging::limit(filter.limit)?;
    let after: Option<u64> = paging::place("events", filter.cursor.as_deref())?;
    let after = Position(after.unwrap_or_default());
    let rows = app
        .engine
        .views()
        .events(asked(filter)?, after, limit + 1)
        .await?;
    let page = paging::page(rows, limit, |last| paging::cursor("events", last.position));
    Ok(Json(Page {
        items: load(&app.engine, &page.items).await?,
        next: page.next,
    }))
}

/// Events about a deployment, each as in `/events`, as they happen; ends when the deployment has ended. A client that
/// comes back goes on after its `last-event-id`. Access role: viewer.
#[utoipa::path(
    get, path = DEPLOYMENT_EVENTS, operation_id = "streamDeploymentEvents", tag = "deployments", security(("apiKey" = [])),
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
async fn of_deployment(
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
        story: deployments::story(&app.engine, id).await?,
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
            self.engine.catch_up(&mut self.story).await?;
            // The end is one append over several streams: whoever sees it in one finds it whole below the head.
            let last = self
                .story
                .is_over()
                .then(|| *self.engine.events().head().borrow());
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
        let recorded = engine.events().read(after, run.len()).await?;
        for (row, it) in run.iter().zip(recorded) {
            let reason = reason(engine, &it).await?;
            events.push(shown(row, it, reason));
        }
    }
    Ok(events)
}

async fn reason(engine: &Engine, recorded: &Recorded) -> Result<Option<String>, Problem> {
    if !recorded.bodies.iter().any(|it| it.name == REASON) {
        return Ok(None);
    }
    let body = engine.events().body(recorded.id, REASON).await?;
    Ok(body.map(|it| String::from_utf8_lossy(&it).into_owned()))
}

fn shown(row: &EventRow, recorded: Recorded, reason: Option<String>) -> LogEvent {
    LogEvent {
        position: recorded.position,
        id: recorded.id,
        stream: recorded.stream,
        version: recorded.version,
        kind: recorded.event.kind().0.to_owned(),
        recorded_at: recorded.recorded_at,
        actor: actor::name(&recorded.actor),
        source: actor::source(recorded.source),
        correlation: recorded.correlation,
        causation: recorded.causation,
        project: row.project.clone(),
        environment: row.environment.clone(),
        release: row.release.clone(),
        deployment: row.deployment,
        reason,
        facts: serde_json::from_str(&upcast::encode(&recorded.event)).unwrap_or_default(),
        hash: recorded.hash,
    }
}

fn asked(filter: Filter) -> Result<EventFilter, Problem> {
    let deployment = filter.deployment.as_deref().map(str::parse).transpose();
    Ok(EventFilter {
        project: filter.project,
        environment: filter.environment,
        release: filter.release,
        deployment: deployment.map_err(|error| Problem::bad_request("bad-query", error))?,
        actor: filter.actor,
        kind: filter.kind.map(known_kind).transpose()?,
        since: filter.since,
        until: filter.until,
    })
}

fn known_kind(kind: String) -> Result<String, Problem> {
    let known: Vec<&str> = upcast::kinds().map(|(name, _)| name).collect();
    if known.contains(&kind.as_str()) {
        Ok(kind)
    } else {
        Err(Problem::bad_request(
            "bad-query",
            nearest::unknown("event type", &kind, &known),
        ))
    }
}
