//! What one run holds while it is inside the sandbox.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shipslog_events::event::deployment::Layer;
use shipslog_events::event::lane::ObjectReference;
use wasmtime::component::Linker;

use super::call::Calls;
use super::limits::Limits;
use super::recorder::{NotRecorded, Recorder};
use super::vault::Vault;
use super::{Attempt, Cancel, RunnerConfig};
use super::{clock, context, kubernetes, log, milestones, outputs, progress, random, secrets, variables};
use crate::sealing::find_handles;

/// The store's data.
pub(super) struct Host {
    pub(super) limits: Limits,
    pub(super) run: Arc<Run>,
}

/// One run: what it was given and what it did so far.
pub(super) struct Run {
    pub(super) attempt: Attempt,
    pub(super) recorder: Arc<dyn Recorder>,
    pub(super) calls: Calls,
    pub(super) vault: Vault,
    pub(super) random: random::Stream,
    pub(super) log: log::Allowance,
    pub(super) progress: progress::Last,
    started: Instant,
    denied: Mutex<BTreeSet<(Layer, String)>>,
    written: Mutex<BTreeSet<ObjectReference>>,
    deleted: Mutex<BTreeSet<ObjectReference>>,
    latest_write: Mutex<Option<ObjectReference>>,
}

impl Run {
    pub(super) fn new(
        attempt: Attempt,
        recorder: Arc<dyn Recorder>,
        cancel: Cancel,
        config: &RunnerConfig,
    ) -> Self {
        let inputs = attempt.inputs.to_string();
        let given = attempt
            .variables
            .values()
            .map(String::as_str)
            .chain([inputs.as_str()])
            .flat_map(find_handles);
        Self {
            vault: Vault::new(Arc::clone(&attempt.secrets), given),
            random: random::Stream::new(attempt.seed),
            calls: Calls::new(config.calls, cancel),
            log: log::Allowance::default(),
            progress: progress::Last::default(),
            started: Instant::now(),
            denied: Mutex::default(),
            written: Mutex::default(),
            deleted: Mutex::default(),
            latest_write: Mutex::default(),
            attempt,
            recorder,
        }
    }

    /// How long the step may still run.
    pub(super) fn remaining(&self) -> Duration {
        self.attempt.deadline.saturating_sub(self.started.elapsed())
    }

    /// Tells of a refusal, once for each layer and rule.
    pub(super) async fn denied(
        &self,
        layer: Layer,
        rule: &str,
        message: Option<&str>,
    ) -> Result<(), NotRecorded> {
        if lock(&self.denied).insert((layer, rule.to_owned())) {
            self.recorder.denied(layer, rule, message).await?;
        }
        Ok(())
    }

    /// Before the first write of an object: the inventory has it before the cluster does.
    pub(super) async fn intends(&self, object: &ObjectReference) -> Result<(), NotRecorded> {
        if !lock(&self.written).contains(object) {
            self.recorder.object_intended(object).await?;
            lock(&self.written).insert(object.clone());
        }
        self.sends(object);
        Ok(())
    }

    /// Before every write.
    pub(super) fn sends(&self, object: &ObjectReference) {
        *lock(&self.latest_write) = Some(object.clone());
    }

    /// The object of the last write that was sent.
    pub(super) fn latest_write(&self) -> Option<ObjectReference> {
        lock(&self.latest_write).clone()
    }

    /// Before a delete. What is deleted stays in the inventory until it is seen to be gone.
    pub(super) fn deletes(&self, object: &ObjectReference) {
        lock(&self.deleted).insert(object.clone());
        self.sends(object);
    }

    /// Whether the step deleted it, and it was there still when it was last looked at.
    pub(super) fn awaits_end_of(&self, object: &ObjectReference) -> bool {
        lock(&self.deleted).contains(object)
    }

    /// The cluster has no such object: if the step deleted it, that is its end, and writing it again a first write.
    pub(super) async fn not_found(&self, object: &ObjectReference) -> Result<(), NotRecorded> {
        if lock(&self.deleted).remove(object) {
            lock(&self.written).remove(object);
            self.recorder.object_removed(object).await?;
        }
        Ok(())
    }
}

/// The host functions of the world, and nothing else.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    context::add_to_linker(linker, |it: &mut Host| context::Context {
        attempt: &it.run.attempt,
        calls: &it.run.calls,
    })?;
    kubernetes::add_to_linker(linker, |it: &mut Host| kubernetes::Kubernetes { run: &it.run })?;
    log::add_to_linker(linker, |it: &mut Host| log::Log { run: &it.run })?;
    progress::add_to_linker(linker, |it: &mut Host| progress::Progress { run: &it.run })?;
    outputs::add_to_linker(linker, |it: &mut Host| outputs::Outputs { run: &it.run })?;
    milestones::add_to_linker(linker, |it: &mut Host| milestones::Milestones { run: &it.run })?;
    variables::add_to_linker(linker, |it: &mut Host| variables::Variables {
        granted: &it.run.attempt.variables,
        calls: &it.run.calls,
    })?;
    secrets::add_to_linker(linker, |it: &mut Host| secrets::Secrets {
        vault: &it.run.vault,
        calls: &it.run.calls,
    })?;
    clock::add_to_linker(linker, |it: &mut Host| clock::Clock {
        now: &it.run.attempt.now,
        calls: &it.run.calls,
    })?;
    random::add_to_linker(linker, |it: &mut Host| random::Random {
        stream: &it.run.random,
        calls: &it.run.calls,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
