//! Deployments, listed by their numbers.

use shipslog_domain::deployment;
use shipslog_events::Recorded;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_events::stream::Stream;

use super::{Current, DeploymentView, Effect, Row, Tags, View, read};
use crate::views::Error;

impl View for DeploymentView {
    const NAME: &'static str = "deployment";
}

pub(super) fn row(
    current: &dyn Current,
    recorded: &Recorded,
    event: &DeploymentEvent,
) -> Result<Effect, Error> {
    let Stream::Deployment(id) = recorded.stream else {
        return Ok((None, Tags::default()));
    };
    let before: Option<DeploymentView> = read(current, &id.0.to_string())?;
    let Some(view) = DeploymentView::evolve(before, recorded, event) else {
        let tags = Tags {
            deployment: Some(id.0),
            ..Tags::default()
        };
        return Ok((None, tags));
    };
    let tags = Tags::of(&view.deployment);
    let row = Row {
        tags: tags.clone(),
        open: view.deployment.is_open(),
        ..Row::new(id.0.to_string(), id.0, &view)?
    };
    Ok((Some(row), tags))
}

impl DeploymentView {
    /// The fold of a deployment with the envelope's who and when: its row, and the beginning of its story.
    pub(crate) fn evolve(before: Option<Self>, recorded: &Recorded, event: &DeploymentEvent) -> Option<Self> {
        let deployment = deployment::evolve(before.as_ref().map(|it| it.deployment.clone()), event)?;
        let mut view = match before {
            Some(view) => Self { deployment, ..view },
            None => Self {
                deployment,
                event: recorded.id,
                requested_at: recorded.recorded_at,
                requested_by: recorded.actor.clone(),
                ended_at: None,
                ended_by: None,
            },
        };
        if let DeploymentEvent::DeploymentEnded { .. } = event {
            view.ended_at = Some(recorded.recorded_at);
            view.ended_by = Some(recorded.id);
        }
        Some(view)
    }
}
