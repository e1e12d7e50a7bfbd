//! What callers hand to the appender, and in which order it takes it: appends before task-log lines.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex, MutexGuard};
use shipslog_events::ids::DeploymentId;
use shipslog_events::journal::JournalHead;

use crate::caller::Caller;
use crate::event_log::{AppendError, Appended};
use crate::journal_store::{JournalAppendError, PackError};
use crate::prepared::Prepared;
use crate::prepared_journal::{Packed, PreparedJournal};
use crate::task_log::TaskLogLine;
use crate::task_queue::{Lines, TaskQueue};
use crate::unavailable::Unwritten;

/// Appends in one transaction at most: bounds how long the first of them waits for the last.
const BATCH: usize = 1024;
/// Task-log lines in one transaction at most: bounds how long an append waits for them.
const LINES: usize = 1024;
/// How many transactions may overtake waiting task-log lines, so that a busy log does not silence them for ever.
const PATIENCE: u32 = 64;
/// The same while somebody waits for the lines: they take turns.
const IMPATIENCE: u32 = 1;

/// Something to be committed, and who waits for it.
#[derive(Debug)]
pub(crate) enum Request {
    /// Events, guarded, with the entries of a journal where some come with them.
    Append(Box<Prepared>, Caller<Appended, AppendError>),
    /// A deployment number.
    Reserve(Caller<DeploymentId, Unwritten>),
    /// Entries of a journal alone.
    Journal(Box<PreparedJournal>, Caller<JournalHead, JournalAppendError>),
    /// A journal whose attempt is over.
    Pack(Box<Packed>, Caller<(), PackError>),
    /// Drops some packed journals: those from before this moment, in microseconds since 1970.
    Drop(i64, Caller<u64, Unwritten>),
}

impl Request {
    /// Gives the answer that was kept.
    pub(crate) fn send(self) {
        match self {
            Self::Append(_, caller) => caller.send(),
            Self::Reserve(caller) => caller.send(),
            Self::Journal(_, caller) => caller.send(),
            Self::Pack(_, caller) => caller.send(),
            Self::Drop(_, caller) => caller.send(),
        }
    }

    /// Says that nothing was written.
    pub(crate) fn refuse(self, reason: &str) {
        match self {
            Self::Append(_, caller) => caller.refuse(reason),
            Self::Reserve(caller) => caller.refuse(reason),
            Self::Journal(_, caller) => caller.refuse(reason),
            Self::Pack(_, caller) => caller.refuse(reason),
            Self::Drop(_, caller) => caller.refuse(reason),
        }
    }
}

/// What the appender does next.
#[derive(Debug)]
pub(crate) enum Work {
    /// Commit these together, at least one.
    Requests(Vec<Request>),
    /// Write these lines.
    Lines(Lines),
    /// All is written and nothing more will come.
    Done,
}

/// Shared by callers and appender.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    requests: VecDeque<Request>,
    lines: TaskQueue,
    overtaken: u32,
    closed: bool,
}

impl Queue {
    /// Adds a request, unless the log is closed.
    pub(crate) fn push(&self, request: Request) -> Result<(), Unwritten> {
        self.add(|state| state.requests.push_back(request))
    }

    /// Adds task-log lines as far as there is room.
    pub(crate) fn push_lines(&self, lines: Vec<TaskLogLine>) -> Result<(), Unwritten> {
        self.add(|state| lines.into_iter().for_each(|line| state.lines.push(line)))
    }

    /// The caller is answered when the lines that are there now are written.
    pub(crate) fn flush_lines(&self, caller: Caller<(), Unwritten>) -> Result<(), Unwritten> {
        self.add(|state| state.lines.flush(caller))
    }

    /// Takes no more from now on; what is there will be written.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_all();
    }

    /// After the appender's end, however it came: whoever still waits is told so by the sender that goes away.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        state.closed = true;
        state.requests.clear();
        state.lines = TaskQueue::default();
    }

    /// Waits for work.
    pub(crate) fn next(&self) -> Work {
        let mut state = self.state();
        loop {
            if let Some(work) = state.take() {
                return work;
            }
            self.wake.wait(&mut state);
        }
    }

    fn add(&self, add: impl FnOnce(&mut State)) -> Result<(), Unwritten> {
        let mut state = self.state();
        if state.closed {
            return Err(closed());
        }
        add(&mut state);
        self.wake.notify_one();
        Ok(())
    }

    /// Every change is whole before the lock is let go, so that a panic elsewhere leaves nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn take(&mut self) -> Option<Work> {
        let patience = if self.lines.is_awaited() {
            IMPATIENCE
        } else {
            PATIENCE
        };
        let lines_first = !self.lines.is_empty() && self.overtaken >= patience;
        if !self.requests.is_empty() && !lines_first {
            self.overtaken += u32::from(!self.lines.is_empty());
            let count = self.requests.len().min(BATCH);
            return Some(Work::Requests(self.requests.drain(..count).collect()));
        }
        if !self.lines.is_empty() {
            self.overtaken = 0;
            return Some(Work::Lines(self.lines.take(LINES)));
        }
        self.closed.then_some(Work::Done)
    }
}

/// The answer to whoever comes too late.
pub(crate) fn closed() -> Unwritten {
    Unwritten::Closed("the server is shutting down".into())
}

#[cfg(test)]
mod tests {
    use shipslog_events::LogLevel;

    use super::*;

    fn reserve() -> Request {
        Request::Reserve(Caller::new().0)
    }

    fn line() -> TaskLogLine {
        TaskLogLine {
            deployment: DeploymentId(1),
            attempt: "a/b/1".parse().unwrap(),
            index: 1,
            line: 0,
            at: 0,
            level: LogLevel::Info,
            message: "m".into(),
        }
    }

    #[test]
    fn everything_queued_comes_at_once() {
        let queue = Queue::default();
        for _ in 0..5 {
            queue.push(reserve()).unwrap();
        }
        let work = queue.next();
        assert!(
            matches!(&work, Work::Requests(batch) if batch.len() == 5),
            "{work:?}"
        );
    }

    #[test]
    fn requests_go_before_lines() {
        let queue = Queue::default();
        queue.push_lines(vec![line()]).unwrap();
        queue.push(reserve()).unwrap();
        assert!(matches!(queue.next(), Work::Requests(_)));
        assert!(matches!(queue.next(), Work::Lines(_)));
    }

    #[test]
    fn lines_wait_for_many_requests_but_not_for_ever() {
        let queue = Queue::default();
        queue.push_lines(vec![line()]).unwrap();
        for _ in 0..PATIENCE {
            queue.push(reserve()).unwrap();
            assert!(matches!(queue.next(), Work::Requests(_)));
        }
        queue.push(reserve()).unwrap();
        assert!(matches!(queue.next(), Work::Lines(_)));
        assert!(matches!(queue.next(), Work::Requests(_)));
    }

    #[test]
    fn lines_that_somebody_waits_for_take_turns_with_requests() {
        let queue = Queue::default();
        queue.push_lines(vec![line(); 2 * LINES]).unwrap();
        queue.flush_lines(Caller::new().0).unwrap();
        for awaited in [0, 1] {
            for _ in 0..=IMPATIENCE {
                queue.push(reserve()).unwrap();
            }
            assert!(matches!(queue.next(), Work::Requests(_)));
            queue.push(reserve()).unwrap();
            let work = queue.next();
            assert!(
                matches!(&work, Work::Lines(lines) if lines.awaited.len() == awaited),
                "{work:?}"
            );
        }
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_has_and_takes_nothing_more() {
        let queue = Queue::default();
        queue.push(reserve()).unwrap();
        queue.push_lines(vec![line()]).unwrap();
        queue.close();
        assert_eq!(queue.push(reserve()), Err(closed()));
        assert!(matches!(queue.next(), Work::Requests(_)));
        assert!(matches!(queue.next(), Work::Lines(_)));
        assert!(matches!(queue.next(), Work::Done));
    }
}
