//! A journal as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use shipslog_domain::deployment::Attempt;
use shipslog_engine::journals::{Kept, RunJournal};
use shipslog_runner::{Class, Entry, What};
use shipslog_sealing::replace_handles;
use utoipa::ToSchema;

/// The journals of a deployment's runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Journals {
    /// One for each run, in the order in which they began.
    pub(super) attempts: Vec<Journal>,
}

/// The journal of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Journal {
    /// The step that ran.
    step: String,
    /// Where.
    target: String,
    /// Which run, counted from 1.
    attempt: u32,
    /// How many entries it has, or had.
    entries: u64,
    /// Hash after the last of them: vouches for all.
    hash: String,
    /// What is left of it.
    state: JournalState,
    /// How often the run went on from it after the server had stopped.
    resumed: u32,
    /// Its entries in order; none where they were dropped.
    calls: Vec<JournalCall>,
}

/// What is left of a journal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JournalState {
    /// The run goes on, or its end was recorded a moment ago.
    Open,
    /// The run is over, and the entries are kept.
    Packed,
    /// Retention has dropped the entries; count and hash are those that the run's end recorded.
    Dropped,
    /// There is no entry.
    None,
}

/// An entry: something that became of a call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JournalCall {
    /// Its place in the journal, counted from 0.
    entry: u64,
    /// Which call of the run, counted from 0. Calls that touch nothing outside have no entry.
    index: u64,
    /// What became of it.
    kind: JournalKind,
    /// What the function does to the world: `read`, `idempotent-write`, `guarded-write`, `suspending` or `recorded`.
    #[schema(value_type = String)]
    class: Class,
    /// Such as `kubernetes.get`.
    function: String,
    /// SHA-256 of the arguments, hex.
    digest: String,
    /// The arguments, where they are at most 4 KiB and hold no sensitive value. The handle of one is never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    arguments: Option<Box<RawValue>>,
    /// When a wait ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// How long the answer is as JSON. The answer itself is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_bytes: Option<usize>,
}

/// What became of a call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JournalKind {
    /// It was answered.
    Answer,
    /// It was answered with something sensitive, which is sealed.
    Sealed,
    /// A write is about to be sent, if the object is still what it was.
    Intent,
    /// It waits.
    Suspended,
    /// It was not done: the run was asked to stop.
    Cancelled,
}

impl Journal {
    pub(super) fn new(run: &Attempt, journal: RunJournal) -> Self {
        let (state, entries) = match journal.kept {
            Kept::Nothing => (JournalState::None, Vec::new()),
            Kept::Open(entries) => (JournalState::Open, entries),
            Kept::Packed(entries) => (JournalState::Packed, entries),
            Kept::Dropped => (JournalState::Dropped, Vec::new()),
        };
        Self {
            step: run.id.step.to_string(),
            target: run.id.target.to_string(),
            attempt: run.id.attempt.0,
            entries: journal.head.entries,
            hash: journal.head.hash.to_string(),
            state,
            resumed: run.resumed,
            calls: (0..)
                .zip(entries)
                .map(|(number, it)| JournalCall::new(number, it))
                .collect(),
        }
    }
}

impl JournalCall {
    fn new(number: u64, entry: Entry) -> Self {
        let (kind, until, answer_bytes) = match entry.what {
            What::Answer(answer) => (JournalKind::Answer, None, Some(answer.get().len())),
            What::Sealed(_) => (JournalKind::Sealed, None, None),
            What::Intent(_) => (JournalKind::Intent, None, None),
            What::Suspended(wait) => (JournalKind::Suspended, Some(moment(wait.until)), None),
            What::Cancelled => (JournalKind::Cancelled, None, None),
        };
        Self {
            entry: number,
            index: entry.call.index,
            kind,
            class: entry.call.class,
            function: entry.call.function.into_owned(),
            digest: entry.call.digest,
            arguments: entry.arguments.as_deref().and_then(shown),
            until,
            answer_bytes,
        }
    }
}

/// Milliseconds since 1970. A wait without end has a moment that no calendar has.
fn moment(millis: u64) -> Timestamp {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// The largest arguments that are shown, in bytes.
const LARGEST: usize = 4 << 10;

fn shown(arguments: &RawValue) -> Option<Box<RawValue>> {
    let text = arguments.get();
    if text.len() > LARGEST {
        return None;
    }
    let text = replace_handles(text, |_| Some("(sensitive)".to_owned()));
    RawValue::from_string(text).ok()
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
        assert!(shown(&text(LARGEST)).is_some());
        assert!(shown(&text(LARGEST + 1)).is_none());
    }

    #[test]
    fn a_handle_in_the_arguments_is_not_shown() {
        let handle = format!("shipslog-handle-{}", "a".repeat(52));
        let shown = shown(&raw(&format!("[\"user:{handle}\"]"))).unwrap();
        assert_eq!(shown.get(), "[\"user:(sensitive)\"]");
    }

    #[test]
    fn a_wait_without_end_ends_when_calendars_do() {
        assert_eq!(moment(u64::MAX), Timestamp::MAX);
        assert_eq!(moment(1_800_000_000_000).to_string(), "2027-01-15T08:00:00Z");
    }
}
