//! Gates that a deployment comes to: what whoever decides should know, and how long there is for it.

use std::time::Duration;

use shipslog_domain::inputs::Snapshot;
use shipslog_domain::release::Release;
use shipslog_domain::variables::Place;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::event::process::GateId;
use shipslog_log::ReadError;
use shipslog_runner::harmless;

use super::clock::Clock;
use super::tools::Tools;
use crate::load::{self, DeploymentHistory};

/// What whoever decides should know; nothing where nothing was written, or where what the release froze was erased.
pub(super) async fn instructions(
    tools: &Tools,
    history: &DeploymentHistory,
    id: &GateId,
) -> Result<Option<String>, ReadError> {
    let deployment = &history.deployment;
    let released = load::released(&*tools.store.events, &deployment.project, &deployment.release).await?;
    let Some((Release { packages, .. }, Some(snapshot))) = released else {
        return Ok(None);
    };
    let Ok(snapshot) = serde_json::from_value::<Snapshot>(snapshot) else {
        return Ok(None);
    };
    let instructions = snapshot.instructions(&Place {
        project: Some(deployment.project.clone()),
        release: Some(deployment.release.clone()),
        packages,
        environment: Some(deployment.environment.clone()),
        deployment: Some(deployment.id),
        step: Some(id.entry.clone()),
        ..Place::default()
    });
    Ok(instructions.map(|it| harmless(&it)))
}

/// What is left of a gate's time when it is looked at first, by what is recorded.
pub(super) fn left(history: &DeploymentHistory, id: &GateId, limit: Duration) -> Duration {
    let opened = history.events.iter().find(|it| match &it.event {
        Event::Deployment(DeploymentEvent::GateOpened { id: opened }) => opened == id,
        _ => false,
    });
    let waited = opened.map_or(Duration::ZERO, |it| {
        Clock::not_before(history).since(it.recorded_at)
    });
    limit.saturating_sub(waited)
}
