//! The one way into the host: every host function goes through [`Run::call`] or [`Run::suspend`], which know its class
//! and its index, answer it from the journal while there is one, and record what it was answered.
//!
//! Nothing that is seen outside happens while an earlier entry that decided it is not durable: entries wait in memory
//! until an event, a write's sending, a wait, a line of the log or the run's end, each of which takes them along.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use super::abort::{self, Window};
use super::call_state::OpenCall;
use super::state::Run;
use super::unusable::unusable;
use crate::journal::{Call, Class, Entry, Full, Next, Suspended, What};

/// The run was asked to stop. A step hears it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cancelled;

/// The store is given up while the run waits: it goes on in another one.
#[derive(Debug, thiserror::Error)]
#[error("the run waits without a store")]
pub(crate) struct Parked;

/// What the journal has for a call.
enum Found<T> {
    Answer(Result<T, Cancelled>),
    Nothing(OpenCall),
    Waiting(OpenCall, Suspended),
}

/// The largest arguments that are kept as they are, in bytes. Those of waits always are: a wait is carried out from them.
const LARGEST_ARGUMENTS: usize = 4 << 10;
/// How long a call is waited for inside the store although no further store may be kept: what is so already answers
/// within that, and giving the store up for it would cost more.
const WAIT_BEFORE_PARKING: Duration = Duration::from_millis(50);

impl Run {
    /// Makes one call: `work` gets its index, counted from 0.
    ///
    /// Cancel comes from a write before it is sent, never instead of a sent write's answer. After that, calls work again:
    /// a step may tidy up.
    pub(crate) async fn call<A, T, F>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
        work: impl FnOnce(u64) -> F + Send,
    ) -> wasmtime::Result<Result<T, Cancelled>>
    where
        A: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned + Sync,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let writes = match class {
            Class::Local => return self.local(work).await.map(Ok),
            Class::Read | Class::Recorded | Class::Suspending => false,
            Class::IdempotentWrite | Class::GuardedWrite => true,
        };
        let open = match self.begin(class, function, arguments).await? {
            Found::Answer(answer) => return Ok(answer),
            Found::Nothing(open) | Found::Waiting(open, _) => open,
        };
        // One that may have been sent is not taken back: it is done, or its outcome found out, first.
        if writes && !open.may_have_been_sent() && self.calls.tell_cancel() {
            self.record(&open, What::Cancelled).await?;
            return Ok(Err(Cancelled));
        }
        let index = open.call.index;
        let answer = if writes {
            let _under_way = self.calls.without_writes().await;
            *self.open() = Some(open.clone());
            let answer = work(index).await;
            *self.open() = None;
            answer?
        } else {
            abort::at(index, Window::Before);
            work(index).await?
        };
        abort::at(index, Window::After);
        self.answered(&open, &answer).await?;
        Ok(Ok(answer))
    }

    /// A call of a class that cancel never comes from.
    pub(crate) async fn answer<A, T, F>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
        work: impl FnOnce(u64) -> F + Send,
    ) -> wasmtime::Result<T>
    where
        A: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned + Sync,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let answered = self.call(class, function, arguments, work).await?;
        answered.map_err(|Cancelled| wasmtime::format_err!("{function} cannot be cancelled"))
    }

    /// Makes a call that waits at most so long: `work` gets what is left of that. Cancel comes at any moment.
    pub(crate) async fn suspend<A, T, F>(
        &self,
        function: &'static str,
        arguments: &A,
        timeout: Duration,
        work: impl FnOnce(Duration) -> F + Send,
    ) -> wasmtime::Result<Result<T, Cancelled>>
    where
        A: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned + Sync,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let (open, suspended) = match self.begin(Class::Suspending, function, arguments).await? {
            Found::Answer(answer) => return Ok(answer),
            Found::Waiting(open, suspended) => (open, suspended),
            Found::Nothing(open) => {
                let suspended = self.until(timeout);
                self.record(&open, What::Suspended(suspended)).await?;
                self.recorder.flush().await?;
                (open, suspended)
            }
        };
        let kept = self.keep_store();
        // Without its arguments in the journal only the step itself can name them again.
        if kept.is_some() || open.arguments.is_none() {
            return self.wait(&open, suspended, work).await;
        }
        tokio::select! {
            biased;
            answer = self.wait(&open, suspended, work) => answer,
            () = tokio::time::sleep(WAIT_BEFORE_PARKING) => Err(Parked.into()),
        }
    }

    /// Goes on with a wait that the journal ends with, without a store.
    pub(crate) async fn resume<T, F>(
        &self,
        entry: Entry,
        suspended: Suspended,
        work: impl FnOnce(Duration) -> F + Send,
    ) -> wasmtime::Result<()>
    where
        T: Serialize + DeserializeOwned + Sync,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        self.calls.resume_at(entry.call.index);
        let open = OpenCall::new(entry.call, entry.arguments);
        // Whether it was cancelled is in the journal; the run hears it from there.
        let _ = self.wait(&open, suspended, work).await?;
        self.recorder.flush().await?;
        Ok(())
    }

    async fn local<T, F>(&self, work: impl FnOnce(u64) -> F + Send) -> wasmtime::Result<T>
    where
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let index = self.calls.enter()?;
        abort::at(index, Window::Before);
        let answer = work(index).await?;
        abort::at(index, Window::After);
        Ok(answer)
    }

    async fn begin<A, T>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
    ) -> wasmtime::Result<Found<T>>
    where
        A: Serialize + Sync + ?Sized,
        T: DeserializeOwned,
    {
        let index = self.calls.enter()?;
        let plain = serde_json::to_string(arguments)?;
        let arguments = self.vault.redact(&plain);
        let call = Call::new(index, class, function, &arguments);
        let (found, traces) = self.replay().next(&call, &arguments)?;
        self.retrace(&traces).await.map_err(|it| unusable(index, it))?;
        let kept = arguments == plain && (plain.len() <= LARGEST_ARGUMENTS || class == Class::Suspending);
        let arguments = kept.then(|| RawValue::from_string(plain)).transpose()?;
        let mut open = OpenCall::new(call, arguments);
        Ok(match found {
            Next::New => Found::Nothing(open),
            Next::InFlight => {
                open.in_flight = true;
                Found::Nothing(open)
            }
            Next::Suspended(suspended) => Found::Waiting(open, suspended),
            Next::Intended(intents) => {
                open.announced = Some(intents.last);
                open.first = Some(intents.first);
                open.intents = intents.number;
                Found::Nothing(open)
            }
            Next::Answered(what) => {
                let recalled = self.recall(what).await;
                Found::Answer(recalled.map_err(|it| unusable(index, it))?)
            }
        })
    }

    /// The answer as it was recorded; sealed ones are opened.
    async fn recall<T: DeserializeOwned>(&self, what: What) -> wasmtime::Result<Result<T, Cancelled>> {
        let answer = match what {
            What::Answer(answer) => serde_json::from_str(answer.get())?,
            What::Sealed(handle) => serde_json::from_str(self.vault.kept(&handle).await?.expose_secret())?,
            What::Cancelled | What::Intent(_) | What::Suspended(_) => {
                self.calls.was_told_cancel();
                return Ok(Err(Cancelled));
            }
        };
        Ok(Ok(answer))
    }

    async fn wait<T, F>(
        &self,
        open: &OpenCall,
        suspended: Suspended,
        work: impl FnOnce(Duration) -> F + Send,
    ) -> wasmtime::Result<Result<T, Cancelled>>
    where
        T: Serialize + DeserializeOwned + Sync,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        abort::at(open.call.index, Window::Before);
        let answer = tokio::select! {
            biased;
            () = self.calls.cancelled() => None,
            answer = work(self.left(suspended)) => Some(answer?),
        };
        abort::at(open.call.index, Window::After);
        match answer {
            Some(answer) => self.answered(open, &answer).await.map(|()| Ok(answer)),
            None => self.record(open, What::Cancelled).await.map(|()| Err(Cancelled)),
        }
    }

    async fn answered<T: Serialize + Sync>(&self, open: &OpenCall, answer: &T) -> wasmtime::Result<()> {
        let json = to_raw_value(answer)?;
        let (bytes, most) = (json.get().len() as u64, self.limits.answer_bytes);
        if bytes > most {
            let function = open.call.function.clone();
            return Err(Full::Answer {
                function,
                bytes,
                most,
            }
            .into());
        }
        let what = if self.vault.is_clean(json.get()) {
            What::Answer(json)
        } else {
            What::Sealed(self.vault.keep(json.get()).await?)
        };
        self.record(open, what).await
    }

    /// Keeps an entry in mind; too many of them become durable at once.
    pub(super) async fn record(&self, open: &OpenCall, what: What) -> wasmtime::Result<()> {
        let (traces, minted) = self.traces.take();
        let entry = Entry {
            call: open.call.clone(),
            arguments: open.arguments.clone(),
            traces,
            what,
        };
        let bytes = self.recording.take(&entry)?;
        if self.recorder.entry(bytes, minted) {
            self.recorder.flush().await?;
        }
        Ok(())
    }
}
