//! The one way into the host: every host function goes through [`Calls::call`], which knows its class and its index.
//!
//! A journal will sit here: it compares the arguments with what was recorded under the index, answers from the record
//! while there is one, and keeps each answer. Hence arguments and answers that can be written down, today already.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};

use super::Cancel;

/// What a host function does to the world, and so what must be durable when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing outside the run sees it.
    Local,
    /// Looks at the world.
    Read,
    /// Repeating it changes nothing.
    IdempotentWrite,
    /// Everything else that writes.
    GuardedWrite,
    /// Waits, possibly for long.
    Suspending,
    /// Answers otherwise each time: time, randomness, new handles.
    Recorded,
}

/// The run was asked to stop. A step hears it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cancelled;

/// The step called too often.
#[derive(Debug, thiserror::Error)]
#[error("the step made more than {0} calls to its host, which is the limit")]
pub(super) struct TooManyCalls(u64);

/// The calls of one run.
#[derive(Debug)]
pub(super) struct Calls {
    limit: u64,
    made: AtomicU64,
    cancel: Cancel,
    told: AtomicBool,
    /// Held by the write under way.
    writing: Mutex<()>,
}

impl Calls {
    pub(super) fn new(limit: u64, cancel: Cancel) -> Self {
        Self {
            limit,
            made: AtomicU64::new(0),
            cancel,
            told: AtomicBool::new(false),
            writing: Mutex::new(()),
        }
    }

    /// Makes one call: `work` gets its index, counted from 0.
    ///
    /// Cancel comes from a suspending call at any moment and from a write before it is sent, never instead of a sent
    /// write's answer. After that, calls work again: a step may tidy up.
    pub(super) async fn call<A, T, F>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
        work: impl FnOnce(u64) -> F + Send,
    ) -> wasmtime::Result<Result<T, Cancelled>>
    where
        A: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let index = self.enter(class, function, arguments)?;
        let (writes, suspends) = match class {
            Class::Local | Class::Read | Class::Recorded => (false, false),
            Class::IdempotentWrite | Class::GuardedWrite => (true, false),
            Class::Suspending => (false, true),
        };
        if writes && self.tell_cancel() {
            return Ok(Err(Cancelled));
        }
        if writes {
            let _under_way = self.writing.lock().await;
            return work(index).await.map(Ok);
        }
        if !suspends {
            return work(index).await.map(Ok);
        }
        tokio::select! {
            biased;
            () = self.cancelled() => Ok(Err(Cancelled)),
            answer = work(index) => answer.map(Ok),
        }
    }

    /// A call of a class that cancel never comes from.
    pub(super) async fn answer<A, T, F>(
        &self,
        class: Class,
        function: &'static str,
        arguments: &A,
        work: impl FnOnce(u64) -> F + Send,
    ) -> wasmtime::Result<T>
    where
        A: Serialize + Sync + ?Sized,
        T: Serialize + DeserializeOwned,
        F: Future<Output = wasmtime::Result<T>> + Send,
    {
        let answered = self.call(class, function, arguments, work).await?;
        answered.map_err(|Cancelled| wasmtime::format_err!("{function} cannot be cancelled"))
    }

    /// Comes back when no write is under way. None begins as long as the answer is held.
    pub(super) async fn without_writes(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Whether the step has heard that it is to stop.
    pub(super) fn has_told_cancel(&self) -> bool {
        self.told.load(Ordering::Acquire)
    }

    fn enter<A: ?Sized>(
        &self,
        class: Class,
        function: &'static str,
        _arguments: &A,
    ) -> Result<u64, TooManyCalls> {
        let index = self.made.fetch_add(1, Ordering::Relaxed);
        if index >= self.limit {
            return Err(TooManyCalls(self.limit));
        }
        tracing::trace!(index, ?class, function, "host call");
        Ok(index)
    }

    fn tell_cancel(&self) -> bool {
        self.cancel.is_requested() && !self.told.swap(true, Ordering::AcqRel)
    }

    async fn cancelled(&self) {
        self.cancel.requested().await;
        if !self.tell_cancel() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use futures::poll;

    use super::*;

    fn calls() -> (Calls, Cancel) {
        let cancel = Cancel::new();
        (Calls::new(100, cancel.clone()), cancel)
    }

    async fn answer(calls: &Calls, class: Class) -> Result<u64, Cancelled> {
        calls
            .call(class, "test", "", |index| async move { Ok(index) })
            .await
            .unwrap()
    }

    const ALL: [Class; 6] = [
        Class::Local,
        Class::Read,
        Class::IdempotentWrite,
        Class::GuardedWrite,
        Class::Suspending,
        Class::Recorded,
    ];

    #[tokio::test]
    async fn every_call_has_an_index_of_its_own_whatever_its_class() {
        let (calls, _) = calls();
        for (expected, class) in (0..).zip(ALL) {
            assert_eq!(answer(&calls, class).await, Ok(expected));
        }
    }

    #[tokio::test]
    async fn cancel_comes_once_and_later_calls_work() {
        for class in [Class::IdempotentWrite, Class::GuardedWrite, Class::Suspending] {
            let (calls, cancel) = calls();
            cancel.request();
            for other in [Class::Local, Class::Read, Class::Recorded] {
                assert!(answer(&calls, other).await.is_ok(), "{other:?}");
            }
            assert!(!calls.has_told_cancel());
            assert_eq!(answer(&calls, class).await, Err(Cancelled), "{class:?}");
            assert!(calls.has_told_cancel());
            for later in ALL {
                assert!(answer(&calls, later).await.is_ok(), "{later:?} after {class:?}");
            }
        }
    }

    #[tokio::test]
    async fn cancel_ends_a_wait_in_its_middle() {
        let (calls, cancel) = calls();
        let endless = calls.call(Class::Suspending, "test", "", |_| {
            std::future::pending::<wasmtime::Result<u64>>()
        });
        let (answered, ()) = tokio::join!(endless, async { cancel.request() });
        assert_eq!(answered.unwrap(), Err(Cancelled));
    }

    #[tokio::test]
    async fn a_write_that_was_sent_is_answered_although_cancel_came_meanwhile() {
        let (calls, cancel) = calls();
        let answered = calls
            .call(Class::GuardedWrite, "test", "", |index| async move {
                cancel.request();
                tokio::task::yield_now().await;
                Ok(index)
            })
            .await;
        assert_eq!(answered.unwrap(), Ok(0));
        assert_eq!(answer(&calls, Class::IdempotentWrite).await, Err(Cancelled));
    }

    #[tokio::test]
    async fn whoever_stops_a_run_waits_for_the_write_under_way_and_lets_no_other_begin() {
        let (calls, _) = calls();
        let (answer_it, answered) = tokio::sync::oneshot::channel();
        let first = calls.call(Class::IdempotentWrite, "test", "", |index| async move {
            answered.await?;
            Ok(index)
        });
        let (mut first, mut stop) = (pin!(first), pin!(calls.without_writes()));
        assert!(poll!(&mut first).is_pending() && poll!(&mut stop).is_pending());
        let mut second = pin!(answer(&calls, Class::GuardedWrite));
        assert!(poll!(&mut second).is_pending());
        answer_it.send(()).unwrap();
        assert!(poll!(&mut first).is_ready());
        let Poll::Ready(_stopped) = poll!(&mut stop) else {
            panic!("a write was answered, and no other is under way")
        };
        assert!(poll!(&mut second).is_pending());
        assert!(answer(&calls, Class::Read).await.is_ok());
    }

    #[tokio::test]
    async fn there_is_a_last_call() {
        let calls = Calls::new(2, Cancel::new());
        assert!(answer(&calls, Class::Local).await.is_ok() && answer(&calls, Class::Read).await.is_ok());
        let refused = calls
            .call(Class::Local, "test", "", |index| async move { Ok(index) })
            .await
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the step made more than 2 calls to its host, which is the limit"
        );
    }
}
