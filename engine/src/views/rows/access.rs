//! API keys, listed in the order in which they were made.

use shipslog_domain::access;
use shipslog_events::Recorded;
use shipslog_events::event::access::AccessEvent;

use super::{Current, Effect, KeyView, Row, Tags, View, read};
use crate::views::Error;

impl View for KeyView {
    const NAME: &'static str = "key";
}

pub(super) fn row(current: &dyn Current, recorded: &Recorded, event: &AccessEvent) -> Result<Effect, Error> {
    let id = access::key_of(event).clone();
    let before: Option<KeyView> = read(current, id.as_str())?;
    let created_at = before.as_ref().map_or(recorded.recorded_at, |it| it.created_at);
    let number = current
        .number(KeyView::NAME, id.as_str())?
        .unwrap_or(recorded.position.0);
    let row = access::evolve_one(before.map(|it| it.key), event).map(|key| {
        let (name, open) = (id.to_string(), !key.revoked);
        let row = Row::new(name, number, &KeyView { id, key, created_at })?;
        Ok::<_, Error>(Row { open, ..row })
    });
    Ok((row.transpose()?, Tags::default()))
}
