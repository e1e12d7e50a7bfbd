//! A file that does not fit is thrown away; one that does is gone on with.

use shipslog_events::Recorded;
use shipslog_test_support::history::state::all;
use shipslog_test_support::history::{Deed, write};

use super::*;

const DEEDS: [Deed; 3] = [Deed::MakeKey(2), Deed::MakeKey(0), Deed::Release(0)];

/// Views of a log with something in it, then closed.
async fn made(directory: &Path) -> Vec<Recorded> {
    let log = log(directory);
    write(&*log, &DEEDS).await;
    caught_up(directory, &log).await;
    all(&*log).await
}

/// Opens what was left behind, and whether it was gone on with: a mark in it is still there.
async fn goes_on(directory: &Path) -> bool {
    let log = log(directory);
    let views = caught_up(directory, &log).await;
    assert_eq!(views.keys().await.unwrap().len(), 2);
    drop((views, log));
    let connection = Connection::open(directory.join("views.db")).unwrap();
    connection.table_exists(None, "mark").unwrap()
}

fn change(directory: &Path, sql: &str) {
    let connection = Connection::open(directory.join("views.db")).unwrap();
    connection.execute_batch("CREATE TABLE mark (it)").unwrap();
    connection.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn views_of_this_version_and_log_are_gone_on_with() {
    let directory = tempfile::tempdir().unwrap();
    made(directory.path()).await;
    change(directory.path(), "");
    assert!(goes_on(directory.path()).await);
}

#[tokio::test]
async fn views_of_another_version_are_rebuilt() {
    for sql in ["PRAGMA user_version = 1", "PRAGMA user_version = 99"] {
        let directory = tempfile::tempdir().unwrap();
        made(directory.path()).await;
        change(directory.path(), sql);
        assert!(!goes_on(directory.path()).await, "{sql}");
    }
}

#[tokio::test]
async fn views_that_stand_for_another_past_are_rebuilt() {
    for sql in [
        "UPDATE reached SET position = 1000000",
        "UPDATE reached SET position = position - 1",
        "UPDATE reached SET instance = 'another'",
        "DELETE FROM reached",
    ] {
        let directory = tempfile::tempdir().unwrap();
        made(directory.path()).await;
        change(directory.path(), sql);
        assert!(!goes_on(directory.path()).await, "{sql}");
    }
}

#[tokio::test]
async fn views_that_are_no_database_or_an_empty_one_are_rebuilt() {
    let whole = |_: Vec<u8>| b"this is no database, whatever its name says".to_vec();
    let header = |mut it: Vec<u8>| {
        it[..100].fill(0xff);
        it
    };
    let tables = |mut it: Vec<u8>| {
        it[100..4096].fill(0xff);
        it
    };
    let nothing = |_: Vec<u8>| Vec::new();
    for damage in [whole as fn(Vec<u8>) -> Vec<u8>, header, tables, nothing] {
        let directory = tempfile::tempdir().unwrap();
        made(directory.path()).await;
        let path = directory.path().join("views.db");
        change(directory.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, damage(bytes)).unwrap();
        assert!(!goes_on(directory.path()).await);
    }
}

#[tokio::test]
async fn keys_stay_in_the_order_in_which_they_were_made_also_when_one_is_revoked() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    let deeds = [
        Deed::MakeKey(2),
        Deed::MakeKey(0),
        Deed::MakeKey(1),
        Deed::RevokeKey(1),
    ];
    write(&*log, &deeds).await;
    let views = caught_up(directory.path(), &log).await;
    let keys = views.keys().await.unwrap();
    let keys: Vec<_> = keys.iter().map(|it| (it.id.as_str(), it.key.revoked)).collect();
    assert_eq!(keys, [("key-0", false), ("key-1", true), ("key-2", false)]);
}
