//! Releases, listed in the order of their creation.

use shipslog_domain::release;
use shipslog_events::Recorded;
use shipslog_events::event::release::ReleaseEvent;
use shipslog_events::ids::{ProjectName, ReleaseVersion};

use super::{Current, Effect, ReleaseView, Row, Tags, View, read};
use crate::views::Error;

impl View for ReleaseView {
    const NAME: &'static str = "release";
}

impl ReleaseView {
    /// The key of its row.
    pub(in crate::views) fn key(project: &ProjectName, version: &ReleaseVersion) -> String {
        format!("{project}/{version}")
    }
}

pub(super) fn row(current: &dyn Current, recorded: &Recorded, event: &ReleaseEvent) -> Result<Effect, Error> {
    let tags = about(event);
    let key = ReleaseView::key(release::project_of(event), release::version_of(event));
    let before: Option<ReleaseView> = read(current, &key)?;
    let (event_id, created_at, created_by) = match &before {
        Some(view) => (view.event, view.created_at, view.created_by.clone()),
        None => (recorded.id, recorded.recorded_at, recorded.actor.clone()),
    };
    let number = current
        .number(ReleaseView::NAME, &key)?
        .unwrap_or(recorded.position.0);
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
        let row = Row::new(key, number, &view)?;
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
