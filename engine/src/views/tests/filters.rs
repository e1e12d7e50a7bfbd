//! The index of events: each filter finds what it says, in order, from a cursor on.

use jiff::SignedDuration;
use shipslog_events::Recorded;
use shipslog_events::ids::DeploymentId;
use shipslog_test_support::history::state::all;
use shipslog_test_support::history::{Deed, write};

use super::*;
use crate::views::writer::actor;

/// Two deployments of one project to Development, one of the other; the first runs to its end.
async fn story() -> (tempfile::TempDir, Vec<Recorded>, Views) {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    let mut deeds = vec![
        Deed::MakeKey(2),
        Deed::Deploy(0, 0),
        Deed::Deploy(1, 0),
        Deed::Deploy(0, 0),
    ];
    // To its turn, then each of two steps to its end, then to the deployment's end.
    deeds.extend([0, 0, 18, 0, 18, 0].map(|how| Deed::Drive(0, how)));
    write(&*log, &deeds).await;
    let views = caught_up(directory.path(), &log).await;
    let events = all(&*log).await;
    (directory, events, views)
}

async fn found(views: &Views, filter: EventFilter) -> Vec<Position> {
    let rows = views.events(filter, Position::START, usize::MAX).await.unwrap();
    rows.iter().map(|it| it.position).collect()
}

fn those(events: &[Recorded], are: impl Fn(&Recorded) -> bool) -> Vec<Position> {
    events.iter().filter(|it| are(it)).map(|it| it.position).collect()
}

fn filter(change: impl FnOnce(&mut EventFilter)) -> EventFilter {
    let mut filter = EventFilter::default();
    change(&mut filter);
    filter
}

/// Whether an event's facts, stream included, name something.
fn names(event: &Recorded, what: &str) -> bool {
    event.stream.to_string().contains(what) || serde_json::to_string(&event.event).unwrap().contains(what)
}

#[tokio::test]
async fn without_a_filter_all_events_come_in_order() {
    let (_directory, events, views) = story().await;
    assert_eq!(
        found(&views, EventFilter::default()).await,
        those(&events, |_| true)
    );
}

#[tokio::test]
async fn a_deployment_s_events_are_those_of_its_stream_and_those_that_name_it_elsewhere() {
    let (_directory, events, views) = story().await;
    let by_filter = found(&views, filter(|it| it.deployment = Some(DeploymentId(1)))).await;
    let by_hand = those(&events, |it| {
        it.stream.to_string() == "deployment/1"
            || names(it, r#""deployment":1,"#)
            || names(it, r#""deployment":1}"#)
    });
    assert_eq!(by_filter, by_hand);
    let streams = |prefix: &str| {
        events
            .iter()
            .filter(|it| by_filter.contains(&it.position) && it.stream.to_string().starts_with(prefix))
            .count()
    };
    assert!(
        [streams("deployment"), streams("lane"), streams("progress")]
            .iter()
            .all(|it| *it > 1)
    );
}

#[tokio::test]
async fn a_project_s_events_are_its_document_s_its_releases_and_all_of_its_deployments() {
    let (_directory, events, views) = story().await;
    let by_filter = found(&views, filter(|it| it.project = Some("other".into()))).await;
    let by_hand = those(&events, |it| {
        let stream = it.stream.to_string();
        names(it, r#""name":"other""#)
            || stream == "releases/other"
            || stream.starts_with("progress/other/")
            || stream == "lane/other/development"
            || stream == "deployment/2"
    });
    assert_eq!(by_filter, by_hand);
    assert!(by_hand.len() >= 5);
}

#[tokio::test]
async fn a_release_s_and_an_environment_s_events_are_found_together() {
    let (_directory, _, views) = story().await;
    let both = filter(|it| {
        (it.project, it.release) = (Some("one".into()), Some("1.0.0".into()));
        it.environment = Some("Development".into());
    });
    let rows = views.events(both, Position::START, usize::MAX).await.unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(row.project, Some("one".into()));
        assert_eq!(row.release, Some("1.0.0".into()));
        assert_eq!(row.environment, Some("Development".into()));
        assert!([DeploymentId(1), DeploymentId(3)].contains(&row.deployment.unwrap()));
    }
}

#[tokio::test]
async fn events_are_found_by_their_type_and_by_who_acted() {
    let (_directory, events, views) = story().await;
    for event in &events {
        let kind = event.event.kind().0;
        assert_eq!(
            found(&views, filter(|it| it.kind = Some(kind.to_owned()))).await,
            those(&events, |it| it.event.kind().0 == kind)
        );
        let who = actor(&event.actor).to_owned();
        assert_eq!(
            found(&views, filter(|it| it.actor = Some(who.clone()))).await,
            those(&events, |it| actor(&it.actor) == who)
        );
    }
}

#[tokio::test]
async fn a_time_range_holds_its_beginning_and_not_its_end_to_the_microsecond() {
    let (_directory, events, views) = story().await;
    let just = SignedDuration::from_micros(1);
    for middle in events.iter().map(|it| it.recorded_at) {
        for moment in [middle, middle + just, middle - just] {
            assert_eq!(
                found(&views, filter(|it| it.since = Some(moment))).await,
                those(&events, |it| it.recorded_at >= moment)
            );
            assert_eq!(
                found(&views, filter(|it| it.until = Some(moment))).await,
                those(&events, |it| it.recorded_at < moment)
            );
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let (_directory, _, views) = story().await;
    let wanted = || filter(|it| it.project = Some("one".into()));
    let (mut paged, mut after) = (Vec::new(), Position::START);
    loop {
        let page = views.events(wanted(), after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        paged.extend(page.iter().map(|it| it.position));
    }
    assert_eq!(paged, found(&views, wanted()).await);
}
