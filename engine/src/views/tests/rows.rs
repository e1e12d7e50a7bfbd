//! At every position the rows are the fold of the log.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rusqlite::params;
use shipslog_events::Recorded;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::DeploymentEvent;
use shipslog_test_support::history::state::{State, all};
use shipslog_test_support::history::{Deed, deeds, write};

use super::*;
use crate::views::rows::View;
use crate::views::{schema, writer};

async fn history(deeds: &[Deed]) -> Vec<Recorded> {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    write(&*log, deeds).await;
    all(&*log).await
}

/// A new file with these events, written some at a time.
fn file(directory: &Path, events: &[Recorded], batch: usize) -> std::path::PathBuf {
    let path = directory.join(format!("views-{batch}.db"));
    let (mut connection, _) = schema::anew(&path, "an instance").unwrap();
    for events in events.chunks(batch) {
        writer::write(&mut connection, events).unwrap();
    }
    path
}

/// The values of a view as they were at a position, by key.
fn at<T: View>(connection: &Connection, position: Position) -> BTreeMap<String, (T, bool)> {
    let query = "SELECT key, value, open FROM rows WHERE view = ?1 AND from_position <= ?2
        AND (until_position IS NULL OR ?2 < until_position)";
    let mut statement = connection.prepare_cached(query).unwrap();
    let rows = statement
        .query_map(params![T::NAME, position.0.cast_signed()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, bool>(2)?,
            ))
        })
        .unwrap()
        .map(|it| {
            it.map(|(key, value, open)| (key, (serde_json::from_str(&value).unwrap(), open)))
                .unwrap()
        })
        .collect::<Vec<_>>();
    let count = rows.len();
    let rows: BTreeMap<_, _> = rows.into_iter().collect();
    assert_eq!(rows.len(), count, "one row a key");
    rows
}

fn check(connection: &Connection, state: &State, position: Position) {
    let documents = at::<DocumentView>(connection, position);
    let expected = state
        .configuration
        .entries()
        .map(|((kind, name), it)| (format!("{kind}/{name}"), it));
    assert_eq!(
        documents
            .iter()
            .map(|(key, it)| (key.clone(), &it.0.entry))
            .collect::<BTreeMap<_, _>>(),
        expected.collect()
    );

    let releases = at::<ReleaseView>(connection, position);
    let expected = state.all_releases().map(|it| {
        (
            format!("{}/{}", it.project, it.version),
            (it, state.progress_of(it)),
        )
    });
    assert_eq!(
        releases
            .iter()
            .map(|(key, it)| (key.clone(), (&it.0.release, &it.0.progress)))
            .collect::<BTreeMap<_, _>>(),
        expected.collect()
    );

    let deployments = at::<DeploymentView>(connection, position);
    let expected = state
        .deployments
        .iter()
        .map(|(id, it)| (id.0.to_string(), (it, it.is_open())));
    assert_eq!(
        deployments
            .iter()
            .map(|(key, it)| (key.clone(), (&it.0.deployment, it.1)))
            .collect::<BTreeMap<_, _>>(),
        expected.collect()
    );

    let lanes = at::<LaneView>(connection, position);
    let expected = state.lanes.iter().map(|(key, it)| {
        (
            key.to_string(),
            (it, it.holder.is_some() || !it.waiting.is_empty()),
        )
    });
    assert_eq!(
        lanes
            .iter()
            .map(|(key, it)| (key.clone(), (&it.0.lane, it.1)))
            .collect::<BTreeMap<_, _>>(),
        expected.collect()
    );

    let keys = at::<KeyView>(connection, position);
    let expected = state
        .access
        .all()
        .map(|(id, it)| (id.to_string(), (it, !it.revoked)));
    assert_eq!(
        keys.iter()
            .map(|(key, it)| (key.clone(), (&it.0.key, it.1)))
            .collect::<BTreeMap<_, _>>(),
        expected.collect()
    );
}

/// Who and when come from the events that made a deployment and ended it.
fn check_envelopes(connection: &Connection, events: &[Recorded]) {
    let last = events.last().unwrap().position;
    for (view, _) in at::<DeploymentView>(connection, last).into_values() {
        let of_it = |it: &&Recorded| it.stream == shipslog_events::Stream::Deployment(view.deployment.id);
        let first = events.iter().find(of_it).unwrap();
        assert_eq!(
            (view.event, view.requested_at, &view.requested_by),
            (first.id, first.recorded_at, &first.actor)
        );
        let end = events.iter().filter(of_it).find(|it| {
            matches!(
                it.event,
                Event::Deployment(DeploymentEvent::DeploymentEnded { .. })
            )
        });
        assert_eq!(
            (view.ended_by, view.ended_at),
            (end.map(|it| it.id), end.map(|it| it.recorded_at))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn at_every_position_of_a_history_the_rows_equal_the_fold(deeds in deeds()) {
        let events = runtime().block_on(history(&deeds));
        let directory = tempfile::tempdir().unwrap();
        let connection = Connection::open(file(directory.path(), &events, 7)).unwrap();
        let mut state = State::default();
        check(&connection, &state, Position::START);
        for event in &events {
            state = state.after(&event.stream, &event.event);
            check(&connection, &state, event.position);
        }
        check_envelopes(&connection, &events);
    }

    #[test]
    fn rows_written_one_event_at_a_time_are_those_of_a_rebuild(deeds in deeds()) {
        let events = runtime().block_on(history(&deeds));
        let directory = tempfile::tempdir().unwrap();
        let [one, whole] = [1, usize::MAX].map(|it| dump(&file(directory.path(), &events, it)));
        prop_assert_eq!(one, whole);
    }

    #[test]
    fn the_follower_writes_what_a_rebuild_writes(deeds in deeds()) {
        let directory = tempfile::tempdir().unwrap();
        let (followed, rebuilt) = runtime().block_on(async {
            let log = log(directory.path());
            let views = Views::open(&directory.path().join("views.db"), Arc::clone(&log) as _, NONE).await.unwrap();
            write(&*log, &deeds).await;
            catch_up(&views, &log).await;
            let followed = dump(&directory.path().join("views.db"));
            let path = directory.path().join("rebuilt.db");
            let views = Views::open(&path, Arc::clone(&log) as _, NONE).await.unwrap();
            catch_up(&views, &log).await;
            (followed, dump(&path))
        });
        prop_assert_eq!(followed, rebuilt);
    }
}
