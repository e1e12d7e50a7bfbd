//! Documents, listed by their names, kind by kind.

use shipslog_domain::configuration::Entry;
use shipslog_events::Recorded;
use shipslog_events::event::configuration::{ConfigurationEvent, Kind};

use super::{DocumentView, Effect, Row, Tags, View};
use crate::views::Error;

impl View for DocumentView {
    const NAME: &'static str = "document";
}

impl DocumentView {
    /// The key of its row.
    pub(in crate::views) fn key(kind: Kind, name: &str) -> String {
        format!("{kind}/{name}")
    }
}

pub(super) fn row(recorded: &Recorded, event: &ConfigurationEvent) -> Result<Effect, Error> {
    let ConfigurationEvent::DocumentApplied {
        name,
        slug,
        revision,
        facts,
    } = event;
    let kind = facts.kind();
    let tags = Tags {
        project: (kind == Kind::Project).then(|| name.clone()),
        environment: (kind == Kind::Environment).then(|| name.clone()),
        ..Tags::default()
    };
    let view = DocumentView {
        kind,
        name: name.clone(),
        entry: Entry {
            slug: slug.clone(),
            revision: *revision,
            facts: facts.clone(),
        },
        event: recorded.id,
        changed_at: recorded.recorded_at,
        changed_by: recorded.actor.clone(),
    };
    let row = Row {
        kind: Some(kind.to_string()),
        tags: tags.clone(),
        ..Row::new(DocumentView::key(kind, name), 0, &view)?
    };
    Ok((Some(row), tags))
}
