//! Lanes. An event of a lane is about the deployment that it names.

use shipslog_domain::lane;
use shipslog_events::Recorded;
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::ids::DeploymentId;
use shipslog_events::stream::Stream;

use super::{Current, DeploymentView, Effect, LaneView, Row, Tags, View, read};
use crate::views::Error;

impl View for LaneView {
    const NAME: &'static str = "lane";
}

pub(super) fn row(current: &dyn Current, recorded: &Recorded, event: &LaneEvent) -> Result<Effect, Error> {
    let Stream::Lane(key) = &recorded.stream else {
        return Ok((None, Tags::default()));
    };
    let before: Option<LaneView> = read(current, key.as_str())?;
    let lane = lane::evolve(before.map(|it| it.lane).unwrap_or_default(), event);
    let tags = about(current, deployment_of(event))?;
    let open = lane.holder.is_some() || !lane.waiting.is_empty();
    let view = LaneView {
        key: key.clone(),
        lane,
    };
    let row = Row {
        tags: Tags {
            deployment: None,
            release: None,
            ..tags.clone()
        },
        open,
        ..Row::new(key.to_string(), 0, &view)?
    };
    Ok((Some(row), tags))
}

/// What is known of the deployment that an event of its lane is about.
pub(super) fn about(current: &dyn Current, deployment: DeploymentId) -> Result<Tags, Error> {
    let view: Option<DeploymentView> = read(current, &deployment.0.to_string())?;
    let tags = view.map_or_else(Tags::default, |it| Tags::of(&it.deployment));
    Ok(Tags {
        deployment: Some(deployment.0),
        ..tags
    })
}

fn deployment_of(event: &LaneEvent) -> DeploymentId {
    match event {
        LaneEvent::TurnRequested { deployment, .. }
        | LaneEvent::TurnReady { deployment }
        | LaneEvent::TurnTaken { deployment }
        | LaneEvent::TurnEnded { deployment, .. } => *deployment,
    }
}
