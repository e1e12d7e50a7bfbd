//! A run from its beginning to its end, in as many passes through a sandbox as it takes: a crash, or a store that was
//! given up while the run waited, makes another one, which is answered from the journal up to where it was.

use std::sync::Arc;

use shipslog_events::event::deployment::EndReason;
use tokio::sync::Semaphore;

use super::ended::{self, AttemptOutcome, Ended, Unended};
use super::store::{self, LastWrite, Left};
use super::{suspension, trap_message};
use crate::compile::Prepared;
use crate::config::RunnerConfig;
use crate::journal::{Diverged, Entry, Full, Suspended};
use crate::linker::StoreData;
use crate::ports::{NotRead, NotRecorded, Recorder};
use crate::run::{Assignment, Cancel, MemoryLimit, NewRun, OverLimit, Parked, Run, Unusable, unusable};

/// How many entries a journal has, and how many bytes they have.
type Size = (u64, u64);

/// What became of a pass.
enum Pass {
    /// It ended the run.
    Ended(Ended),
    /// The journal is longer now: again.
    Again,
    /// What is recorded of it cannot be read just now.
    Unread(String),
    /// What it did cannot be recorded.
    Unrecorded(String),
}

/// Where runs are carried out, and how many may be at once.
pub(crate) struct RunLoop {
    config: RunnerConfig,
    pub(crate) places: Semaphore,
    pub(crate) kept_stores: Arc<Semaphore>,
}

impl RunLoop {
    pub(crate) fn new(config: &RunnerConfig) -> Self {
        let places = usize::try_from(config.concurrent_runs).unwrap_or(usize::MAX);
        Self {
            config: config.clone(),
            places: Semaphore::new(places.max(1)),
            kept_stores: Arc::new(Semaphore::new(config.kept_stores)),
        }
    }

    /// Runs it to its end, from where its journal ends, or to where it can be neither read nor recorded any more.
    pub(crate) async fn run(
        &self,
        prepared: &Prepared,
        assignment: Assignment,
        recorder: Arc<dyn Recorder>,
        cancel: Cancel,
    ) -> Result<Ended, Unended> {
        let mut given = NewRun {
            end: assignment.end(),
            assignment: Arc::new(assignment),
            recorder,
            cancel,
            kept_stores: Arc::clone(&self.kept_stores),
            restarted: true,
        };
        loop {
            match self.pass(prepared, &given).await {
                Pass::Again => given.restarted = false,
                Pass::Ended(ended) => return Ok(ended),
                Pass::Unread(sentence) if given.restarted => return Err(Unended::NotReady(sentence)),
                Pass::Unread(sentence) | Pass::Unrecorded(sentence) => return Err(Unended::CutOff(sentence)),
            }
        }
    }

    async fn pass(&self, prepared: &Prepared, given: &NewRun) -> Pass {
        let (entries, size) = match recorded(given).await {
            Ok(recorded) => recorded,
            Err(pass) => return pass,
        };
        match suspension::at_end_of(&entries) {
            Some((entry, suspended)) => self.wait(given, entries, size, entry, suspended).await,
            None => self.enter(prepared, given, entries, size).await,
        }
    }

    /// A pass through the sandbox, once there is a place in it.
    async fn enter(&self, prepared: &Prepared, given: &NewRun, entries: Vec<Entry>, size: Size) -> Pass {
        let fresh = entries.is_empty();
        let _place = tokio::select! {
            biased;
            () = given.cancel.requested(), if fresh => return Pass::Ended(Ended::new(
                AttemptOutcome::Cancelled,
                "the step was cancelled before it did anything",
            )),
            place = self.places.acquire() => place,
        };
        let run = Arc::new(Run::new(given.clone(), entries, size));
        let data = StoreData {
            memory: MemoryLimit::new(self.memory_of(given)),
            run: Arc::clone(&run),
        };
        let inputs = given.assignment.inputs.to_string();
        let left = store::run(prepared, data, &inputs, &self.config, &given.cancel).await;
        match left {
            Left::Thrown(error) if error.is::<Parked>() => Pass::Again,
            Left::Thrown(error) => thrown(&error, &run),
            Left::Answered(answer) => Pass::Ended(match run.replay().ends() {
                Ok(()) => ended::answered(answer, &run),
                Err(diverged) => Ended::because(EndReason::Diverged, diverged.to_string()),
            }),
            Left::TooLong(last) => Pass::Ended(ended::too_long(&last, &run)),
            Left::OutOfGrace(last) => Pass::Ended(ended::out_of_grace(&last, &self.config)),
        }
    }

    /// A pass without one.
    async fn wait(
        &self,
        given: &NewRun,
        entries: Vec<Entry>,
        size: Size,
        entry: Entry,
        suspended: Suspended,
    ) -> Pass {
        let run = Run::new(given.clone(), Vec::new(), size);
        let index = entry.call.index;
        tokio::select! {
            biased;
            waited = suspension::carry_out(&run, entries, entry, suspended) => match waited {
                Ok(()) => Pass::Again,
                Err(error) => thrown(&unusable(index, error), &run),
            },
            () = tokio::time::sleep_until(given.end) => {
                Pass::Ended(ended::too_long(&LastWrite::Settled, &run))
            }
            () = given.cancel.requested_for(self.config.cancel_grace) => {
                Pass::Ended(ended::out_of_grace(&LastWrite::Settled, &self.config))
            }
        }
    }

    fn memory_of(&self, given: &NewRun) -> usize {
        let asked = usize::try_from(given.assignment.limits.memory_bytes).unwrap_or(usize::MAX);
        asked.min(self.config.memory_limit)
    }
}

async fn recorded(given: &NewRun) -> Result<(Vec<Entry>, Size), Pass> {
    let recorded = given.recorder.recorded().await.map_err(|error| match error {
        NotRead::Damaged(sentence) => Pass::Ended(Ended::because(EndReason::JournalDamaged, sentence)),
        NotRead::Unavailable(sentence) => Pass::Unread(sentence),
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
            Pass::Ended(Ended::because(EndReason::JournalDamaged, sentence))
        })?;
        entries.push(entry);
    }
    Ok((entries, size))
}

/// What was thrown through the guest, in words.
fn thrown(error: &wasmtime::Error, run: &Run) -> Pass {
    match error.downcast_ref::<NotRecorded>() {
        Some(error) => Pass::Unrecorded(error.to_string()),
        None => Pass::Ended(end_of(error, run)),
    }
}

/// What ended the run, in words.
fn end_of(error: &wasmtime::Error, run: &Run) -> Ended {
    if let Some(error) = error.downcast_ref::<Diverged>() {
        return Ended::because(EndReason::Diverged, error.to_string());
    }
    if let Some(error) = error.downcast_ref::<Full>() {
        return Ended::because(EndReason::JournalFull, error.to_string());
    }
    if let Some(error) = error.downcast_ref::<Unusable>() {
        return Ended::because(EndReason::JournalDamaged, error.to_string());
    }
    let call_limit = usize::try_from(run.limits.call_bytes).unwrap_or(usize::MAX);
    let stopped = trap_message::stopped(error, call_limit);
    let crashed = error.is::<wasmtime::Trap>() || error.is::<OverLimit>();
    match run.replay().ends() {
        // It did not crash there before.
        Err(diverged) if crashed => Ended::because(EndReason::Diverged, format!("{diverged}: {stopped}")),
        Err(_) | Ok(()) => ended::stopped(&stopped, run),
    }
}
