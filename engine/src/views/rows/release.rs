//! Releases, listed in the order of their creation.

use shipslog_domain::release;
use shipslog_events::Recorded;
use shipslog_events::event::release::ReleaseEvent;

use super::{Current, Effect, ReleaseView, Row, Tags, read};
use crate::views::Error;

pub(super) fn row(current: &dyn Current, recorded: &Recorded, event: &ReleaseEvent) -> Result<Effect, Error> {
    let tags = about(event);
    let version = release::version_of(event);
    let key = format!("{}/{version}", tags.project.as_deref().unwrap_or_default());
    let before: Option<ReleaseView> = read(current, "release", &key)?;
    let (event_id, created_at, created_by) = match &before {
        Some(view) => (view.event, view.created_at, view.created_by.clone()),
        None => (recorded.id, recorded.recorded_at, recorded.actor.clone()),
    };
    let number = current.number("release", &key)?.unwrap_or(recorded.position.0);
    let row_tags = Tags {
        environment: None,
        deployment: None,
        ..tags.clone()
    };
    let row = release::evolve_one(before.map(|it| it.release), event).map(|release| {
        let view = ReleaseView {
            release,
            event: event_id,
            created_at,
            created_by,
        };
        let row = Row::new("release", key, number, &view)?;
        Ok::<_, Error>(Row {
            tags: row_tags,
            ..row
        })
    });
    Ok((row.transpose()?, tags))
}

fn about(event: &ReleaseEvent) -> Tags {
    let (project, version, place) = match event {
        ReleaseEvent::ReleaseCreated { project, version, .. } => (project, version, None),
        ReleaseEvent::PhaseEntered {
            project,
            version,
            environment,
            deployment,
            ..
        }
        | ReleaseEvent::PhaseSucceeded {
            project,
            version,
            environment,
            deployment,
            ..
        } => (project, version, Some((environment, deployment))),
    };
    Tags {
        project: Some(project.to_string()),
        release: Some(version.to_string()),
        environment: place.map(|it| it.0.to_string()),
        deployment: place.map(|it| it.1.0),
    }
}
