//! A history folds to the same state however often it is read, and whatever was erased.

use std::path::Path;

use proptest::prelude::*;
use shipslog_events::Stream;
use shipslog_events::event::access::AccessRole;
use shipslog_events::event::configuration::Kind;
use shipslog_log::{EventLog, EventReader, Location, Verified, raw};
use shipslog_test_support::documents::{project, surroundings};
use shipslog_test_support::history::state::{State, all};
use shipslog_test_support::history::{deeds, write};

use super::*;
use shipslog_domain::configuration::Configuration;

use crate::accesses::Accesses;
use crate::configurations::Configurations;
use crate::testing::house::{House, by};

fn open(directory: &Path) -> Arc<dyn EventLog> {
    shipslog_log::open(&Location::Directory(directory.to_owned()))
        .unwrap()
        .events
}

/// The state's hash, from a log opened anew, and what its verification says.
fn replayed(runtime: &tokio::runtime::Runtime, directory: &Path) -> (String, Verified) {
    let events = runtime.block_on(async { all(&*open(directory)).await });
    (
        State::of(&events).hash(),
        shipslog_log::verify(&Location::Directory(directory.to_owned())).unwrap(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_history_has_one_state_hash_folded_live_or_again_and_again_and_with_every_body_erased(deeds in deeds()) {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let live = runtime.block_on(async { write(&*open(directory.path()), &deeds).await.hash() });
        let again = replayed(&runtime, directory.path());
        prop_assert_eq!(&again.0, &live);
        prop_assert_eq!(&replayed(&runtime, directory.path()), &again);
        prop_assert_ne!(raw::erase_bodies(&Location::Directory(directory.path().to_owned())), 0);
        prop_assert_eq!(&replayed(&runtime, directory.path()), &again);
    }

    #[test]
    fn what_decisions_load_is_the_fold_of_the_whole_log(deeds in deeds()) {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (state, loaded) = runtime.block_on(async {
            let log = open(directory.path());
            let state = write(&*log, &deeds).await;
            let loaded = loaded(log as _, &state).await;
            (state, loaded)
        });
        prop_assert_eq!(loaded, State { configuration: Configuration::default(), ..state });
    }
}

/// As commands and the driver load it, stream by stream. Configuration comes with its documents; see below.
async fn loaded(reader: Arc<dyn EventReader>, all: &State) -> State {
    let log = &*reader;
    let mut loaded = State {
        access: Accesses::new(Arc::clone(&reader))
            .load()
            .await
            .unwrap()
            .state
            .clone(),
        ..State::default()
    };
    for slug in all.releases.keys() {
        let history = releases(log, slug).await.unwrap().state;
        loaded.releases.insert(slug.clone(), history.releases);
    }
    for (slug, version) in all.progress.keys() {
        let stream = Stream::Progress(slug.clone(), version.clone());
        let history = progress(log, stream).await.unwrap().state;
        loaded
            .progress
            .insert((slug.clone(), version.clone()), history.progress);
    }
    for key in all.lanes.keys() {
        loaded
            .lanes
            .insert(key.clone(), lane(log, key).await.unwrap().state);
    }
    for key in all.objects.keys() {
        let history = objects(log, key).await.unwrap();
        loaded.objects.insert(key.clone(), history.state.objects);
    }
    for id in all.deployments.keys() {
        let history = deployment(log, *id).await.unwrap().unwrap().state;
        assert_eq!(history.request(), history.events[0].id);
        loaded.deployments.insert(*id, history.deployment);
    }
    loaded
}

#[tokio::test]
async fn a_stream_s_version_is_that_of_the_last_event_read() {
    let house = House::with(&["pass"]).await;
    let log = house.engine.events();
    let loaded = releases(log, "pass").await.unwrap();
    let events = log.stream(Stream::Releases("pass".to_owned()), StreamVersion::NONE);
    assert_eq!(loaded.version, events.await.unwrap().last().unwrap().version);
    assert!(deployment(log, DeploymentId(99)).await.unwrap().is_none());
}

#[tokio::test]
async fn configuration_read_bit_by_bit_is_configuration_read_at_once() {
    let house = House::empty(&["pass"]).await;
    let reader = house.reader();
    let log = &*reader;
    let kept = Configurations::new(Arc::clone(&reader));
    house.apply(surroundings()).await;
    kept.load().await.unwrap();
    house.apply(vec![project("pass", &serde_json::json!({}))]).await;
    house
        .apply(vec![project("pass", &serde_json::json!({ "text": "other" }))])
        .await;
    let (bit_by_bit, at_once) = (
        kept.load().await.unwrap(),
        Configurations::new(Arc::clone(&reader)).load().await.unwrap(),
    );
    assert_eq!(bit_by_bit.version, at_once.version);
    assert_eq!(bit_by_bit.state.configuration, at_once.state.configuration);
    assert_eq!(bit_by_bit.state.documents, at_once.state.documents);
    assert_eq!(
        bit_by_bit.state.configuration,
        State::of(&all(log).await).configuration
    );
}

#[tokio::test]
async fn keys_are_folded_once_and_each_that_is_revoked_later_is_seen() {
    let house = House::empty(&[]).await;
    let reader = house.reader();
    let log = &*reader;
    let kept = Accesses::new(Arc::clone(&reader));
    let first = kept.load().await.unwrap();
    assert!(Arc::ptr_eq(&first, &kept.load().await.unwrap()));
    let made = house
        .engine
        .commands()
        .create_key(&by(), "ci".to_owned(), AccessRole::Viewer)
        .await
        .unwrap();
    assert_eq!(kept.load().await.unwrap().state.in_use().count(), 2);
    house.engine.commands().revoke_key(&by(), made.id).await.unwrap();
    let last = kept.load().await.unwrap();
    assert_eq!(last.state.in_use().count(), 1);
    assert_eq!(last.state, State::of(&all(log).await).access);
}

#[tokio::test]
async fn an_erased_revision_does_not_let_the_one_before_it_pass_for_the_document() {
    let house = House::empty(&["pass"]).await;
    house.apply(surroundings()).await;
    house.apply(vec![project("pass", &serde_json::json!({}))]).await;
    house
        .apply(vec![project("pass", &serde_json::json!({ "text": "other" }))])
        .await;
    let house = house.reopened_after(raw::erase_last_bodies).await;
    assert_eq!(
        house
            .engine
            .commands()
            .document(Kind::Project, "pass")
            .await
            .unwrap(),
        None
    );
    assert!(
        house
            .engine
            .commands()
            .document(Kind::Account, "deployer")
            .await
            .unwrap()
            .is_some()
    );
    let refusal = house.release("pass").await.unwrap_err();
    assert_eq!(refusal.to_string(), "project pass was erased; apply it again");
}
