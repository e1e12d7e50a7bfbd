//! Watching a deployment: its state whenever it changes, until it has ended.

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use shipslog_api::deployments::{Deployment, WATCH};
use shipslog_api::paging::Reading;
use shipslog_engine::Engine;
use shipslog_engine::story::Story;
use shipslog_events::ids::Position;
use tokio::sync::watch::Receiver;

use super::shown;
use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;
use crate::stream::{self, Feed};

/// The deployment as the event `state`, now and whenever it or its progress changes; the last one when it has ended.
/// Access role: viewer.
#[utoipa::path(
    get, path = WATCH, operation_id = "watchDeployment", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Reading),
    responses(
        (status = 200, description = "Events `state`", body = Deployment, content_type = "text/event-stream"),
        ReadProblems
    )
)]
pub(super) async fn watch(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Response, Problem> {
    app.has(reading.min_position)?;
    let story = super::story(&app.engine, super::id(&id)?).await?;
    let states = States {
        head: app.engine.events().head(),
        views: app.engine.views().position(),
        live: app.engine.live().changes(),
        engine: app.engine.clone(),
        story,
        told: None,
    };
    Ok(stream::answer(&app, viewer, states))
}

struct States {
    engine: Engine,
    story: Story,
    told: Option<Deployment>,
    head: Receiver<Position>,
    views: Receiver<Position>,
    live: Receiver<u64>,
}

impl Feed for States {
    async fn next(&mut self) -> Result<Option<Event>, Problem> {
        loop {
            if self.told.is_some() && self.story.is_over() {
                return Ok(None);
            }
            self.mark_seen();
            self.engine.catch_up(&mut self.story).await?;
            let now = shown::deployment(&self.engine, &self.story).await?;
            if self.told.as_ref() != Some(&now) {
                let event = stream::item(&now)?.event("state");
                self.told = Some(now);
                return Ok(Some(event));
            }
            if !self.woken().await {
                return Ok(None);
            }
        }
    }
}

impl States {
    /// Whatever comes after this wakes.
    fn mark_seen(&mut self) {
        self.head.mark_unchanged();
        self.views.mark_unchanged();
        self.live.mark_unchanged();
    }

    /// Waits for anything new; `false` where nothing can come any more.
    async fn woken(&mut self) -> bool {
        tokio::select! {
            changed = self.head.changed() => changed.is_ok(),
            changed = self.views.changed() => changed.is_ok(),
            changed = self.live.changed() => changed.is_ok(),
        }
    }
}
