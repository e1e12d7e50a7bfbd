//! A run that waits without a store: its journal ends with a wait, and has all that is needed to carry it out.

use crate::host::{clock, kubernetes};
use crate::journal::{Entry, Suspended, What};
use crate::run::Run;

/// The wait that the journal ends with, if it can be gone on with without the step.
pub(crate) fn at_end_of(entries: &[Entry]) -> Option<(Entry, Suspended)> {
    let last = entries.last()?;
    match last.what {
        What::Suspended(suspended) if last.arguments.is_some() => Some((last.clone(), suspended)),
        What::Suspended(_) | What::Intent(_) | What::Answer(_) | What::Sealed(_) | What::Cancelled => None,
    }
}

/// Waits as the step would, and records the answer. The run has nothing of its journal yet.
pub(crate) async fn carry_out(
    run: &Run,
    entries: Vec<Entry>,
    entry: Entry,
    suspended: Suspended,
) -> wasmtime::Result<()> {
    for entry in &entries {
        run.remember(entry).await?;
    }
    drop(entries);
    run.progress.set(suspended.done, suspended.total);
    match &*entry.call.function {
        clock::SLEEP => run.resume(entry, suspended, clock::sleep).await,
        kubernetes::WAIT => kubernetes::resume_wait(run, entry, suspended).await,
        other => Err(wasmtime::format_err!("nobody knows how to wait in {other}")),
    }
}
