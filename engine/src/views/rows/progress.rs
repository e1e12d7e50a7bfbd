//! How far releases have come: a part of their rows.

use shipslog_domain::progress;
use shipslog_events::event::progress::ProgressEvent;

use super::{Current, Effect, ReleaseView, Row, Tags, View as _, read};
use crate::views::Error;

pub(super) fn row(current: &dyn Current, event: &ProgressEvent) -> Result<Effect, Error> {
    let tags = about(event);
    let key = key(event);
    let Some(mut view) = read::<ReleaseView>(current, &key)? else {
        return Ok((None, tags));
    };
    view.progress = progress::evolve(view.progress, event);
    let number = current.number(ReleaseView::NAME, &key)?.unwrap_or_default();
    let row = Row {
        tags: Tags {
            environment: None,
            deployment: None,
            ..tags.clone()
        },
        ..Row::new(key, number, &view)?
    };
    Ok((Some(row), tags))
}

fn key(event: &ProgressEvent) -> String {
    let (ProgressEvent::EnvironmentRequested { project, version, .. }
    | ProgressEvent::EnvironmentEnded { project, version, .. }
    | ProgressEvent::PhaseSucceeded { project, version, .. }) = event;
    ReleaseView::key(project, version)
}

fn about(event: &ProgressEvent) -> Tags {
    let (project, version, place) = match event {
        ProgressEvent::PhaseSucceeded { project, version, .. } => (project, version, None),
        ProgressEvent::EnvironmentRequested {
            project,
            version,
            environment,
            deployment,
            ..
        }
        | ProgressEvent::EnvironmentEnded {
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
