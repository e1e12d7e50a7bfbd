//! Answers of commands that may be asked again: kept beside their events for a day.

use rusqlite::{Connection, OptionalExtension, params};
use shipslog_events::ids::Position;

use crate::event_log::{IdempotencyKey, KeptAnswer, NewAnswer};

/// How long an answer is kept, in microseconds.
pub(super) const KEPT_FOR: i64 = 24 * 60 * 60 * 1_000_000;

/// What was answered under a key within the last day.
pub(super) fn find(
    connection: &Connection,
    key: &IdempotencyKey,
    now: i64,
) -> rusqlite::Result<Option<KeptAnswer>> {
    let sql = "SELECT request, answer, position FROM kept_answers \
               WHERE access_key = ?1 AND key = ?2 AND kept_at > ?3";
    connection
        .prepare_cached(sql)?
        .query_row(params![key.access_key.as_str(), key.key, now - KEPT_FOR], |row| {
            let position: i64 = row.get(2)?;
            Ok(KeptAnswer {
                request: row.get(0)?,
                answer: row.get(1)?,
                position: Position(position.cast_unsigned()),
            })
        })
        .optional()
}

/// Keeps an answer, in the place of one that is too old to be found.
pub(super) fn keep(
    connection: &Connection,
    answer: &NewAnswer,
    position: i64,
    now: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO kept_answers (access_key, key, request, answer, position, kept_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        answer.key.access_key.as_str(),
        answer.key.key,
        answer.request,
        answer.answer,
        position,
        now
    ])?;
    Ok(())
}

/// Lets those go that are older than a day. Of those from the future, which a clock that was wrong has made, nobody knows
/// how old they are: they count from now.
pub(super) fn let_go(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM kept_answers WHERE kept_at <= ?1")?
        .execute([now - KEPT_FOR])?;
    connection
        .prepare_cached("UPDATE kept_answers SET kept_at = ?1 WHERE kept_at > ?1")?
        .execute([now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;

    fn key() -> IdempotencyKey {
        IdempotencyKey {
            access_key: "k_1".into(),
            key: "build-841".to_owned(),
        }
    }

    #[test]
    fn an_answer_is_kept_for_a_day_and_then_its_key_may_be_used_anew() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let answer = |text: &str| NewAnswer {
            key: key(),
            request: [7; 32],
            answer: Some(text.into()),
        };
        keep(&connection, &answer("first"), 3, 1000).unwrap();
        let kept = find(&connection, &key(), 1000 + KEPT_FOR - 1).unwrap().unwrap();
        assert_eq!(
            (kept.answer, kept.position),
            (Some(b"first".to_vec()), Position(3))
        );
        assert_eq!(find(&connection, &key(), 1000 + KEPT_FOR).unwrap(), None);
        keep(&connection, &answer("second"), 9, 1000 + KEPT_FOR).unwrap();
        let kept = find(&connection, &key(), 1000 + KEPT_FOR).unwrap().unwrap();
        assert_eq!(kept.position, Position(9));
        let rows: i64 = connection
            .query_row("SELECT count(*) FROM kept_answers", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn what_a_wrong_clock_has_kept_counts_from_when_that_is_seen() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let answer = NewAnswer {
            key: key(),
            request: [7; 32],
            answer: None,
        };
        let year = 365 * KEPT_FOR;
        keep(&connection, &answer, 3, year).unwrap();
        let_go(&connection, 1000).unwrap();
        assert!(find(&connection, &key(), 1000 + KEPT_FOR - 1).unwrap().is_some());
        assert_eq!(find(&connection, &key(), 1000 + KEPT_FOR).unwrap(), None);
    }
}
