//! What is damaged while it is open, or where opening does not look.

use shipslog_log::raw;
use shipslog_test_support::history::{Deed, write};

use super::*;

/// Goes past whoever has the file open.
fn change(directory: &Path, sql: &str) {
    let connection = Connection::open(directory.join("views.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

const UNREADABLE: &str = "UPDATE rows SET value = 'no JSON' WHERE view = 'key'";

/// An event that the views have no place for any more: another one has its position.
const TAKEN: &str = "INSERT INTO events (position, stream, type, actor, recorded_at)
    SELECT max(position) + 1, '', '', '', 0 FROM events";

#[tokio::test]
async fn what_the_writer_cannot_go_on_with_is_made_anew() {
    for sql in [UNREADABLE, "DROP TABLE rows", TAKEN] {
        let directory = tempfile::tempdir().unwrap();
        let log = log(directory.path());
        write(&*log, &[Deed::MakeKey(2)]).await;
        let views = caught_up(directory.path(), &log).await;
        change(directory.path(), sql);
        write(&*log, &[Deed::MakeKey(2)]).await;
        catch_up(&views, &log).await;
        assert_eq!(views.keys().await.unwrap().len(), 1, "{sql}");
        assert_eq!(views.trouble(), None, "{sql}");
    }
}

#[tokio::test]
async fn a_row_that_a_query_cannot_read_has_them_made_anew_and_the_next_one_finds_it() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    write(&*log, &[Deed::MakeKey(2)]).await;
    let views = caught_up(directory.path(), &log).await;
    change(directory.path(), UNREADABLE);
    let refused = views.keys().await.unwrap_err();
    assert!(matches!(refused, Error::InTheMaking), "{refused}");
    catch_up(&views, &log).await;
    assert_eq!(views.keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_answered_from_a_part_of_them_while_they_are_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let (log, faults) = faulty(directory.path());
    write(&*log, &[Deed::MakeKey(2)]).await;
    let views = caught_up(directory.path(), &log).await;
    faults.script(|call| matches!(call, Call::Read));
    change(directory.path(), UNREADABLE);
    let refused = views.keys().await.unwrap_err();
    assert!(matches!(refused, Error::InTheMaking), "{refused}");
    let mut trouble = views.inner.trouble.clone();
    trouble.wait_for(Option::is_some).await.unwrap();
    let refused = views.keys().await.unwrap_err();
    assert!(refused.to_string().contains("as a test wants it"), "{refused}");
    faults.script(|_| false);
    catch_up(&views, &log).await;
    assert_eq!(views.keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_damaged_again_is_left_alone_and_said() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    write(&*log, &[Deed::MakeKey(2)]).await;
    let views = caught_up(directory.path(), &log).await;
    change(directory.path(), UNREADABLE);
    views.keys().await.unwrap_err();
    catch_up(&views, &log).await;
    change(directory.path(), UNREADABLE);
    let refused = views.keys().await.unwrap_err();
    assert!(matches!(refused, Error::Again(_)), "{refused}");
    assert_eq!(views.trouble().map(|it| it.at), Some(TroubleAt::DamagedAgain));

    write(&*log, &[Deed::MakeKey(2)]).await;
    let head = *log.head().borrow();
    let behind = views.reach(head, PATIENCE).await.unwrap_err();
    assert!(behind.to_string().contains("restart the server"), "{behind}");
}

#[tokio::test]
async fn nobody_waits_for_views_of_an_event_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    write(&*log, &[Deed::MakeKey(2), Deed::MakeKey(1)]).await;
    let location = Location::Directory(directory.path().to_owned());
    raw::edit_facts(&location, Position(2), "no JSON");

    let path = directory.path().join("views.db");
    let views = Views::open(&path, Arc::clone(&log) as _, NONE).await.unwrap();
    let behind = views.reach(Position(2), PATIENCE).await;
    let sentence = behind.unwrap_err().to_string();
    assert!(
        sentence.contains("event 2") && sentence.contains("restore it from a backup"),
        "{sentence}"
    );
}
