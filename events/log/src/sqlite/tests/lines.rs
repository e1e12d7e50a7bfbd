//! Lines of the task log that somebody changed in the file: they hide no other, and `verify` names them beside facts that
//! hold.

use shipslog_events::LogLevel;
use shipslog_events::ids::DeploymentId;

use super::{Place, block_on};
use crate::sqlite::verify;
use crate::task_log::{StoredLine, TaskLog, TaskLogLine, TaskLogReader};
use crate::verified::{DamagedLine, DamagedLines};

/// Two lines of deployment 3, of which the first was edited: what they are read as, and what `verify` says.
fn after_edit(edit: &str) -> (Vec<StoredLine>, DamagedLines) {
    let place = Place::new();
    let log = place.open();
    block_on(log.write_lines((0..2).map(said).collect())).unwrap();
    block_on(log.flush_lines()).unwrap();
    place
        .raw()
        .execute_batch(&format!("UPDATE task_log SET {edit} WHERE id = 1"))
        .unwrap();
    let lines = block_on(log.lines(DeploymentId(3), 0, 10)).unwrap();
    (lines, verify(&place.path()).unwrap().damaged_lines)
}

fn said(index: u64) -> TaskLogLine {
    TaskLogLine {
        deployment: DeploymentId(3),
        attempt: "Deploy/Web/1".parse().unwrap(),
        index,
        line: 0,
        at: 7,
        level: LogLevel::Info,
        message: "said".into(),
    }
}

#[test]
fn a_line_that_cannot_be_read_is_there_as_it_stands_and_hides_no_other() {
    for (edit, attempt, message) in [
        ("attempt = 'x'", "x", "said"),
        ("level = ''", "Deploy/Web/1", "said"),
        ("line = 4294967296", "Deploy/Web/1", "said"),
        ("message = CAST(x'61ff' AS TEXT)", "Deploy/Web/1", "a\u{fffd}"),
    ] {
        let (lines, _) = after_edit(edit);
        let [(1, Err(damaged)), (2, Ok(whole))] = lines.as_slice() else {
            panic!("{edit}: {lines:?}")
        };
        let read = (damaged.attempt.as_str(), damaged.message.as_str(), damaged.at);
        assert_eq!(read, (attempt, message, 7), "{edit}");
        assert_eq!(*whole, said(1), "{edit}");
    }
}

#[test]
fn verification_names_the_deployment_and_the_line_and_the_log_holds() {
    let (_, damaged) = after_edit("attempt = 'x'");
    let named = DamagedLine {
        deployment: DeploymentId(3),
        row: 1,
        reason: "`x` is no attempt; write it as `<step>/<target>/<number>`".to_owned(),
    };
    assert_eq!((damaged.count, damaged.first), (1, vec![named]));
}

#[test]
fn of_many_damaged_lines_the_first_are_named_and_all_are_counted() {
    let place = Place::new();
    drop(place.open());
    let fill =
        "WITH RECURSIVE numbers (it) AS (VALUES (1) UNION ALL SELECT it + 1 FROM numbers WHERE it < 2500)
        INSERT INTO task_log (deployment, attempt, call, line, is_marker, at, level, message)
        SELECT 3, iif(it % 200 = 0, 'x', 'Deploy/Web/1'), it, 0, 0, 7, 'info', 'said' FROM numbers";
    place.raw().execute_batch(fill).unwrap();
    let damaged = verify(&place.path()).unwrap().damaged_lines;
    assert_eq!(damaged.count, 12);
    let rows: Vec<_> = damaged.first.iter().map(|it| it.row).collect();
    assert_eq!(rows, (1..=10).map(|it| it * 200).collect::<Vec<_>>());
}
