//! A journal as it is shown.

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;
use shipslog_api::journals::{CallClass, Journal, JournalCall, JournalKind, JournalState};
use shipslog_domain::deployment::Attempt;
use shipslog_engine::journals::{Kept, RunJournal};
use shipslog_runner::{Class, Entry, What};
use shipslog_sealing::replace_handles;

/// The journal of a run.
pub(super) fn journal(run: &Attempt, journal: RunJournal) -> Journal {
    let (state, entries) = match journal.kept {
        Kept::Nothing => (JournalState::None, Vec::new()),
        Kept::Open(entries) => (JournalState::Open, entries),
        Kept::Packed(entries) => (JournalState::Packed, entries),
        Kept::Dropped => (JournalState::Dropped, Vec::new()),
    };
    Journal {
        step: run.id.step.clone(),
        target: run.id.target.clone(),
        attempt: run.id.attempt,
        entries: journal.head.entries,
        hash: journal.head.hash,
        state,
        resumed: run.resumed,
        calls: (0..).zip(entries).map(|(number, it)| call(number, it)).collect(),
    }
}

fn call(number: u64, entry: Entry) -> JournalCall {
    let (kind, until, answer_bytes) = match entry.what {
        What::Answer(answer) => (JournalKind::Answer, None, Some(answer.get().len())),
        What::Sealed(_) => (JournalKind::Sealed, None, None),
        What::Intent(_) => (JournalKind::Intent, None, None),
        What::Suspended(wait) => (JournalKind::Suspended, Some(moment(wait.until)), None),
        What::Cancelled => (JournalKind::Cancelled, None, None),
    };
    JournalCall {
        entry: number,
        index: entry.call.index,
        kind,
        class: class(entry.call.class),
        function: entry.call.function.into_owned(),
        digest: entry.call.digest,
        arguments: entry.arguments.as_deref().and_then(arguments),
        until,
        answer_bytes,
    }
}

fn class(class: Class) -> CallClass {
    match class {
        Class::Local => CallClass::Local,
        Class::Read => CallClass::Read,
        Class::IdempotentWrite => CallClass::IdempotentWrite,
        Class::GuardedWrite => CallClass::GuardedWrite,
        Class::Suspending => CallClass::Suspending,
        Class::Recorded => CallClass::Recorded,
    }
}

/// Milliseconds since 1970. A wait without end has a moment that no calendar has.
fn moment(millis: u64) -> Timestamp {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// The largest arguments that are shown, in bytes.
const LARGEST: usize = 4 << 10;

fn arguments(arguments: &RawValue) -> Option<Value> {
    let text = arguments.get();
    if text.len() > LARGEST {
        return None;
    }
    let text = replace_handles(text, |_| Some("(sensitive)".to_owned()));
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn arguments_that_are_large_are_left_out() {
        let text = |length: usize| raw(&format!("\"{}\"", "x".repeat(length - 2)));
        assert!(arguments(&text(LARGEST)).is_some());
        assert!(arguments(&text(LARGEST + 1)).is_none());
    }

    #[test]
    fn a_handle_in_the_arguments_is_not_shown() {
        let handle = format!("shipslog-handle-{}", "a".repeat(52));
        let shown = arguments(&raw(&format!("[\"user:{handle}\"]"))).unwrap();
        assert_eq!(shown, serde_json::json!(["user:(sensitive)"]));
    }

    #[test]
    fn a_wait_without_end_ends_when_calendars_do() {
        assert_eq!(moment(u64::MAX), Timestamp::MAX);
        assert_eq!(moment(1_800_000_000_000).to_string(), "2027-01-15T08:00:00Z");
    }
}
