//! The recorded part of a run: answers its calls, as long as they are the calls that were recorded.

use std::collections::VecDeque;

use super::divergence::{Diverged, Made};
use super::{Call, Entry, Intent, Suspended, Trace, What};

/// What was recorded and not answered from yet.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    entries: VecDeque<Entry>,
    /// The next call that has no entry may have been made before the server died.
    in_flight: bool,
}

/// What the record has for a call.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nothing: the call is a new one.
    New,
    /// Nothing, though it may have been made: it is the first call after the record of another process.
    InFlight,
    /// The record ends with a write that was about to be sent.
    Intended(Intents),
    /// The record ends with a wait.
    Suspended(Suspended),
    /// It was answered, or cancelled.
    Answered(What),
}

/// How a call announced itself.
#[derive(Debug, Clone)]
pub(crate) struct Intents {
    pub(crate) first: Intent,
    pub(crate) last: Intent,
    pub(crate) number: u32,
}

impl Intents {
    fn then(earlier: Option<Self>, intent: Intent) -> Self {
        Self {
            number: earlier.as_ref().map_or(0, |it| it.number) + 1,
            first: earlier.map_or_else(|| intent.clone(), |it| it.first),
            last: intent,
        }
    }
}

impl Replay {
    /// `restarted` says that another process made the record.
    pub(crate) fn new(entries: Vec<Entry>, restarted: bool) -> Self {
        Self {
            in_flight: restarted && !entries.is_empty(),
            entries: entries.into(),
        }
    }

    /// Whether calls that were recorded are still to come.
    pub(crate) fn is_under_way(&self) -> bool {
        !self.entries.is_empty()
    }

    /// What the record has for this call, and what the call left in the run up to there. Of several intents the last
    /// one counts: each follows on a refusal of the one before.
    pub(crate) fn next(&mut self, call: &Call, arguments: &str) -> Result<(Next, Vec<Trace>), Diverged> {
        let (mut next, mut traces) = (Next::New, Vec::new());
        if self.entries.is_empty() && std::mem::take(&mut self.in_flight) {
            next = Next::InFlight;
        }
        while let Some(entry) = self.entries.front() {
            if !entry.call.is_same(call) {
                // The record may go on with later calls only once this one was answered.
                return Err(self.diverged(call.index, Made::now(call, arguments)));
            }
            let Some(entry) = self.entries.pop_front() else {
                break;
            };
            traces.extend(entry.traces);
            match entry.what {
                What::Intent(intent) => {
                    let earlier = match next {
                        Next::Intended(earlier) => Some(earlier),
                        _ => None,
                    };
                    next = Next::Intended(Intents::then(earlier, intent));
                }
                What::Suspended(suspended) => next = Next::Suspended(suspended),
                answer @ (What::Answer(_) | What::Sealed(_) | What::Cancelled) => {
                    return Ok((Next::Answered(answer), traces));
                }
            }
        }
        if !matches!(next, Next::New) {
            self.in_flight = false;
        }
        Ok((next, traces))
    }

    /// The step came to its end: then nothing may be left.
    pub(crate) fn ends(&self) -> Result<(), Diverged> {
        match self.entries.front() {
            None => Ok(()),
            Some(entry) => Err(self.diverged(entry.call.index, Made::nothing())),
        }
    }

    fn diverged(&self, index: u64, actual: Made) -> Diverged {
        let expected = self.entries.front().map_or_else(Made::nothing, Made::recorded);
        Diverged {
            index,
            expected,
            actual,
        }
    }
}
