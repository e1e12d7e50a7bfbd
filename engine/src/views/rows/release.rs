//! Releases, listed in the order of their creation.

use shipslog_domain::progress::Progress;
use shipslog_domain::release::Release;
use shipslog_events::Recorded;
use shipslog_events::event::release::ReleaseEvent;
use shipslog_events::ids::{ProjectName, ReleaseVersion};

use super::{Effect, ReleaseView, Row, Tags, View};
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

pub(super) fn row(recorded: &Recorded, event: &ReleaseEvent) -> Result<Effect, Error> {
    let release = Release::of(event);
    let tags = Tags {
        project: Some(release.project.to_string()),
        release: Some(release.version.to_string()),
        ..Tags::default()
    };
    let key = ReleaseView::key(&release.project, &release.version);
    let view = ReleaseView {
        release,
        progress: Progress::default(),
        event: recorded.id,
        created_at: recorded.recorded_at,
        created_by: recorded.actor.clone(),
    };
    let row = Row {
        tags: tags.clone(),
        ..Row::new(key, recorded.position.0, &view)?
    };
    Ok((Some(row), tags))
}
