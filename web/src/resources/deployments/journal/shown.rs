//! A journal as it is shown.

use shipslog_api::journals::{CallClass, Journal, JournalCall, JournalKind, JournalState};
use shipslog_domain::deployment::Attempt;
use shipslog_engine::journals::{Call, Class, Kept, Kind, RunJournal};

/// The journal of a run.
pub(super) fn journal(run: &Attempt, journal: RunJournal) -> Journal {
    let (state, calls) = match journal.kept {
        Kept::Nothing => (JournalState::None, Vec::new()),
        Kept::Open(calls) => (JournalState::Open, calls),
        Kept::Packed(calls) => (JournalState::Packed, calls),
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
        calls: calls.into_iter().map(call).collect(),
    }
}

fn call(call: Call) -> JournalCall {
    let (kind, until, answer_bytes) = match call.kind {
        Kind::Answer { bytes } => (JournalKind::Answer, None, Some(bytes)),
        Kind::Sealed => (JournalKind::Sealed, None, None),
        Kind::Intent => (JournalKind::Intent, None, None),
        Kind::Suspended { until } => (JournalKind::Suspended, Some(until), None),
        Kind::Cancelled => (JournalKind::Cancelled, None, None),
    };
    JournalCall {
        entry: call.entry,
        index: call.index,
        kind,
        class: class(call.class),
        function: call.function,
        digest: call.digest,
        arguments: call.arguments,
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
