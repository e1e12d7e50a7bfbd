//! How far the step said it is, and how often it may say so.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// How many reports a run may make at once, and after that one each so often. Views show the latest; what comes faster
/// nobody could read.
const BURST: u32 = 50;
const EVERY: Duration = Duration::from_millis(50);

/// How far the step said it is, so that the host can say what it waits for without losing that.
#[derive(Debug, Default)]
pub(crate) struct LastReport(Mutex<Reports>);

#[derive(Debug, Default)]
struct Reports {
    done: u32,
    total: u32,
    /// How many were shown and not yet earned back, and since when one is earned.
    shown: u32,
    next: Option<Instant>,
}

impl Reports {
    /// Whether this report is shown.
    fn take(&mut self) -> bool {
        let now = Instant::now();
        let next = self.next.unwrap_or(now);
        let earned = now.saturating_duration_since(next).as_millis() / EVERY.as_millis();
        self.shown = self
            .shown
            .saturating_sub(u32::try_from(earned).unwrap_or(u32::MAX));
        self.next = Some(next + EVERY * u32::try_from(earned).unwrap_or(u32::MAX).min(1 << 20));
        let room = self.shown < BURST;
        self.shown += u32::from(room);
        room
    }
}

impl LastReport {
    pub(crate) fn said(&self, done: u32, total: u32) -> bool {
        let mut reports = self.0.lock();
        (reports.done, reports.total) = (done, total);
        reports.take()
    }

    /// So many of so many, as the journal has it.
    pub(crate) fn set(&self, done: u32, total: u32) {
        let mut reports = self.0.lock();
        (reports.done, reports.total) = (done, total);
    }

    /// So many of so many.
    pub(crate) fn at(&self) -> (u32, u32) {
        let reports = self.0.lock();
        (reports.done, reports.total)
    }
}
