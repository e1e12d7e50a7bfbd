//! How many runs go on at once: as many as the machine carries without each taking much longer than it does alone.

use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use tasks::machine;

/// At rest, so many a processor: most of a run is waiting.
const A_CORE: usize = 8;
/// However large the machine is: the cluster's one node takes about a hundred pods.
const MOST: usize = 24;
/// However busy the machine is: one that waits leaves room for another.
const FEWEST: usize = 2;

/// So many times as long as alone: there is room for another.
const QUICK: f64 = 5.0;
/// So many times as long as alone: it is one too many.
const SLOW: f64 = 8.0;

/// Lets runs begin, as many at once as the machine bears.
pub(super) struct Pace {
    most: usize,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Clone, Copy)]
struct State {
    allowed: usize,
    running: usize,
}

impl Pace {
    /// Begins with what the machine's load leaves room for. `most` is what somebody wants there to be at most.
    pub(super) fn of_the_machine(most: Option<usize>) -> Self {
        Self::new(most, machine::cores(), machine::load())
    }

    fn new(most: Option<usize>, cores: usize, load: usize) -> Self {
        let at_rest = most.unwrap_or((cores * A_CORE).min(MOST)).max(1);
        let allowed = (at_rest / (1 + load / cores)).max(FEWEST).min(at_rest);
        Self {
            most: at_rest,
            state: Mutex::new(State { allowed, running: 0 }),
            ended: Condvar::new(),
        }
    }

    /// How many there can be.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Waits until one more may run.
    pub(super) fn begin(&self) {
        let waiting = |it: &mut State| it.running >= it.allowed;
        let mut state = self.lock();
        self.ended.wait_while(&mut state, waiting);
        state.running += 1;
    }

    /// One has run; how long that took says whether there may be more or should be fewer.
    pub(super) fn end(&self, took: Duration, alone: Duration) {
        let mut state = self.lock();
        state.running -= 1;
        state.allowed = self.next(state.allowed, took.as_secs_f64() / alone.as_secs_f64().max(0.1));
        self.ended.notify_all();
    }

    fn next(&self, allowed: usize, times: f64) -> usize {
        if times > SLOW {
            (allowed - 1).max(FEWEST.min(self.most))
        } else if times < QUICK {
            (allowed + 1).min(self.most)
        } else {
            allowed
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(pace: &Pace) -> usize {
        pace.lock().allowed
    }

    #[test]
    fn a_busy_machine_begins_with_fewer() {
        assert_eq!(allowed(&Pace::new(None, 2, 0)), 16);
        assert_eq!(allowed(&Pace::new(None, 2, 4)), 5);
        assert_eq!(allowed(&Pace::new(None, 2, 50)), FEWEST);
        assert_eq!(allowed(&Pace::new(Some(1), 2, 0)), 1);
    }

    #[test]
    fn quick_runs_let_others_in_and_slow_ones_keep_them_out() {
        let pace = Pace::new(Some(4), 2, 5);
        let alone = Duration::from_secs(2);
        assert_eq!(allowed(&pace), 2);
        for (seconds, expected) in [(4, 3), (4, 4), (4, 4), (12, 4), (20, 3), (20, 2), (20, 2)] {
            pace.begin();
            pace.end(Duration::from_secs(seconds), alone);
            assert_eq!(allowed(&pace), expected);
        }
    }
}
