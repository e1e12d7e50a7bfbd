//! A run from its beginning to its end, in as many passes through a sandbox as it takes: a crash, or a store that was
//! given up while the run waited, makes another one, which is answered from the journal up to where it was.

use std::sync::Arc;
use std::time::Duration;

use shipslog_events::event::deployment::EndReason;
use tokio::time::Instant;

use super::call::Parked;
use super::ended::{self, Ended};
use super::journal::{Diverged, Entry, Full, Suspended, What};
use super::limits::{Limits, OverLimit};
use super::prepare::Prepared;
use super::recorder::{NotRecorded, Unrecorded};
use super::run::{Given, Host, Run};
use super::sandbox::{self, Left};
use super::unusable::{Unusable, unusable};
use super::{AttemptOutcome, Inner, clock, kubernetes, words};

/// How many entries a journal has, and how many bytes they have.
type Size = (u64, u64);

/// Why a pass is not the last, or cannot be made.
enum Pass {
    /// It ended the run.
    Ended(Ended),
    /// The journal is longer now: again.
    Again,
}

impl Inner {
    /// Runs it to its end.
    pub(super) async fn run(&self, prepared: &Prepared, mut given: Given) -> Ended {
        loop {
            match self.pass(prepared, &given).await {
                Pass::Again => given.restarted = false,
                Pass::Ended(ended) => return ended,
            }
        }
    }

    async fn pass(&self, prepared: &Prepared, given: &Given) -> Pass {
        let (entries, size) = match recorded(given).await {
            Ok(recorded) => recorded,
            Err(ended) => return Pass::Ended(ended),
        };
        match suspension(&entries) {
            Some((entry, suspended)) => self.wait(given, entries, size, entry, suspended).await,
            None => self.enter(prepared, given, entries, size).await,
        }
    }

    /// Through the sandbox.
    async fn enter(&self, prepared: &Prepared, given: &Given, entries: Vec<Entry>, size: Size) -> Pass {
        let fresh = entries.is_empty();
        let _place = tokio::select! {
            biased;
            () = given.cancel.requested(), if fresh => return Pass::Ended(Ended::new(
                AttemptOutcome::Cancelled,
                "the step was cancelled before it began",
            )),
            place = self.runs.acquire() => place,
        };
        let run = Arc::new(Run::new(given.clone(), entries, size));
        let host = Host {
            limits: Limits::new(self.memory_of(given)),
            run: Arc::clone(&run),
        };
        let inputs = given.attempt.inputs.to_string();
        let left = sandbox::run(prepared, host, &inputs, &self.config, &given.cancel).await;
        match left {
            Left::Thrown(error) if error.is::<Parked>() => Pass::Again,
            Left::Thrown(error) => Pass::Ended(thrown(&error, &run)),
            Left::Answered(answer) => Pass::Ended(match run.replay().ends() {
                Ok(()) => ended::answered(answer, &run),
                Err(diverged) => of_reason(EndReason::Diverged, diverged.to_string()),
            }),
            Left::TooLong(last) => Pass::Ended(ended::too_long(&last, &run)),
            Left::OutOfGrace(last) => Pass::Ended(ended::out_of_grace(&last, &self.config)),
        }
    }

    /// Without one: the journal ends with a wait, and has all that is needed for it.
    async fn wait(
        &self,
        given: &Given,
        entries: Vec<Entry>,
        size: Size,
        entry: Entry,
        suspended: Suspended,
    ) -> Pass {
        let run = Run::new(given.clone(), Vec::new(), size);
        let index = entry.call.index;
        let waited = async {
            for entry in &entries {
                run.remember(entry).await?;
            }
            drop(entries);
            run.progress.set(suspended.done, suspended.total);
            match &*entry.call.function {
                clock::SLEEP => run.resume(entry, suspended, clock::sleep).await,
                kubernetes::WAIT => kubernetes::resume_wait(&run, entry, suspended).await,
                other => Err(wasmtime::format_err!("nobody knows how to wait in {other}")),
            }
        };
        tokio::select! {
            biased;
            waited = waited => match waited {
                Ok(()) => Pass::Again,
                Err(error) => Pass::Ended(thrown(&unusable(index, error), &run)),
            },
            () = tokio::time::sleep_until(given.ends) => {
                Pass::Ended(ended::too_long(&sandbox::LastWrite::Settled, &run))
            }
            () = given.cancel.requested_for(self.config.cancel_grace) => {
                Pass::Ended(ended::out_of_grace(&sandbox::LastWrite::Settled, &self.config))
            }
        }
    }

    fn memory_of(&self, given: &Given) -> usize {
        let asked = usize::try_from(given.attempt.limits.memory_bytes).unwrap_or(usize::MAX);
        asked.min(self.config.memory_limit)
    }
}

/// The moment when a run that has so long is over.
pub(super) fn ends(deadline: Duration) -> Instant {
    // A century is for ever, and a moment that a clock can hold.
    Instant::now() + deadline.min(Duration::from_hours(24 * 365 * 100))
}

async fn recorded(given: &Given) -> Result<(Vec<Entry>, Size), Ended> {
    let recorded = given.recorder.recorded().await.map_err(|error| match error {
        Unrecorded::Damaged(sentence) => of_reason(EndReason::JournalDamaged, sentence),
        Unrecorded::Unavailable(sentence) => Ended::new(AttemptOutcome::Interrupted, sentence),
    })?;
    let size = (
        recorded.len() as u64,
        recorded.iter().map(|it| it.len() as u64).sum(),
    );
    let mut entries = Vec::with_capacity(recorded.len());
    for (number, bytes) in recorded.iter().enumerate() {
        let entry = Entry::decode(bytes).map_err(|error| {
            let sentence =
                format!("the run cannot go on: entry {number} of its journal cannot be read: {error}");
            of_reason(EndReason::JournalDamaged, sentence)
        })?;
        entries.push(entry);
    }
    Ok((entries, size))
}

/// The wait that the journal ends with, if it can be gone on with without the step.
fn suspension(entries: &[Entry]) -> Option<(Entry, Suspended)> {
    let last = entries.last()?;
    match last.what {
        What::Suspended(suspended) if last.arguments.is_some() => Some((last.clone(), suspended)),
        What::Suspended(_) | What::Intent(_) | What::Answer(_) | What::Sealed(_) | What::Cancelled => None,
    }
}

/// What was thrown through the guest, in words.
fn thrown(error: &wasmtime::Error, run: &Run) -> Ended {
    if let Some(error) = error.downcast_ref::<NotRecorded>() {
        return Ended::new(AttemptOutcome::Interrupted, error.to_string());
    }
    if let Some(error) = error.downcast_ref::<Diverged>() {
        return of_reason(EndReason::Diverged, error.to_string());
    }
    if let Some(error) = error.downcast_ref::<Full>() {
        return of_reason(EndReason::JournalFull, error.to_string());
    }
    if let Some(error) = error.downcast_ref::<Unusable>() {
        return of_reason(EndReason::JournalDamaged, error.to_string());
    }
    let call_limit = usize::try_from(run.limits.call_bytes).unwrap_or(usize::MAX);
    let stopped = words::stopped(error, call_limit);
    let crashed = error.is::<wasmtime::Trap>() || error.is::<OverLimit>();
    match run.replay().ends() {
        // It did not crash there before.
        Err(diverged) if crashed => of_reason(EndReason::Diverged, format!("{diverged}: {stopped}")),
        Err(_) | Ok(()) => ended::stopped(&stopped, run),
    }
}

fn of_reason(reason: EndReason, message: String) -> Ended {
    Ended {
        outcome: AttemptOutcome::Errored,
        reason: Some(reason),
        message,
    }
}
