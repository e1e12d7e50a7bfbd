//! Lines of the task log that somebody changed in the file: they hide no other, and `verify` names them.

use shipslog_events::LogLevel;
use shipslog_events::ids::{DeploymentId, Position};

use super::{Place, block_on};
use crate::sqlite::verify;
use crate::task_log::{StoredLine, TaskLog, TaskLogLine, TaskLogReader};
use crate::verified::{Broken, Damage};

/// Two lines of deployment 3, of which the first was edited: what they are read as, and what `verify` says.
fn after_edit(edit: &str) -> (Vec<StoredLine>, Broken) {
    let place = Place::new();
    let log = place.open();
    block_on(log.write_lines((0..2).map(said).collect())).unwrap();
    block_on(log.flush_lines()).unwrap();
    place
        .raw()
        .execute_batch(&format!("UPDATE task_log SET {edit} WHERE id = 1"))
        .unwrap();
    let lines = block_on(log.lines(DeploymentId(3), 0, 10)).unwrap();
    (lines, verify(&place.path()).unwrap_err())
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
    for (edit, attempt, level, message) in [
        ("attempt = 'x'", "x", "info", "said"),
        ("level = ''", "Deploy/Web/1", "", "said"),
        ("line = 4294967296", "Deploy/Web/1", "info", "said"),
        (
            "message = CAST(x'61ff' AS TEXT)",
            "Deploy/Web/1",
            "info",
            "a\u{fffd}",
        ),
    ] {
        let (lines, _) = after_edit(edit);
        let [(1, Err(damaged)), (2, Ok(whole))] = lines.as_slice() else {
            panic!("{edit}: {lines:?}")
        };
        assert_eq!(
            (
                damaged.attempt.as_str(),
                damaged.level.as_str(),
                damaged.message.as_str(),
                damaged.at
            ),
            (attempt, level, message, 7),
            "{edit}"
        );
        assert_eq!(*whole, said(1), "{edit}");
    }
}

#[test]
fn verification_names_the_deployment_and_the_line() {
    let (_, broken) = after_edit("attempt = 'x'");
    let Broken {
        position: Position::START,
        what:
            Damage::Line {
                deployment: DeploymentId(3),
                row: 1,
                ..
            },
    } = &broken
    else {
        panic!("{broken:?}")
    };
    assert_eq!(
        broken.to_string(),
        "task log of deployments-3: line 1 cannot be read: `x` is no attempt; write it as `<step>/<target>/<number>`"
    );
}
