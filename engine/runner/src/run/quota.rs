//! What one run may leave behind in all: whoever reads a deployment's history must not drown in it, nor the log's disk.
//!
//! Everything here is counted by the run's own calls, so that a repeated run is cut at the same places.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use shipslog_events::event::deployment::Layer;

/// The task log, in bytes.
pub(crate) const LOG_BYTES: usize = 8 << 20;
/// What a line takes besides its text, in bytes.
const LINE: usize = 64;
/// Different refusals that become events.
const DENIALS: usize = 200;

/// How much a run has left behind so far.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) lines: LogQuota,
    pub(crate) outputs: EventQuota,
    pub(crate) milestones: EventQuota,
    pub(crate) denials: DenialQuota,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            lines: LogQuota::default(),
            outputs: EventQuota::of("outputs", 1000, 4 << 20),
            milestones: EventQuota::of("milestones", 200, 1 << 20),
            denials: DenialQuota::default(),
        }
    }
}

/// Lines of the task log, and how many of them found no room.
#[derive(Debug, Default)]
pub(crate) struct LogQuota {
    written: AtomicUsize,
    dropped: AtomicU64,
    dropped_bytes: AtomicU64,
    last_dropped: AtomicU64,
}

/// Whether a line may still be written.
pub(crate) enum Room {
    Enough,
    JustFilled,
    None,
}

impl LogQuota {
    /// A line of so many bytes, written by this call.
    pub(crate) fn take(&self, index: u64, bytes: usize) -> Room {
        let before = self.written.fetch_add(bytes + LINE, Ordering::Relaxed);
        if before + bytes + LINE <= LOG_BYTES {
            return Room::Enough;
        }
        self.dropped_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.last_dropped.store(index, Ordering::Relaxed);
        if self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
            // Shorter lines that might still fit would only hide that there is a gap.
            self.written.store(LOG_BYTES, Ordering::Relaxed);
            Room::JustFilled
        } else {
            Room::None
        }
    }

    /// At the end of a run: the call of the last line that was dropped, and how many there were. Nothing where the notice
    /// in the middle has said all.
    pub(crate) fn marker(&self) -> Option<(u64, String)> {
        let dropped = self.dropped.load(Ordering::Relaxed);
        let bytes = self.dropped_bytes.load(Ordering::Relaxed);
        (dropped > 1).then(|| {
            let sentence = format!("{dropped} lines of the step, {bytes} bytes, were not kept");
            (self.last_dropped.load(Ordering::Relaxed), sentence)
        })
    }
}

/// Things that become events.
#[derive(Debug)]
pub(crate) struct EventQuota {
    what: &'static str,
    most: u32,
    most_bytes: usize,
    number: AtomicU32,
    bytes: AtomicUsize,
    told: AtomicBool,
}

/// There is no room for another one.
pub(crate) struct QuotaFull {
    pub(crate) sentence: String,
    /// Whether nobody was told before.
    pub(crate) first: bool,
}

impl EventQuota {
    fn of(what: &'static str, most: u32, most_bytes: usize) -> Self {
        Self {
            what,
            most,
            most_bytes,
            number: AtomicU32::new(0),
            bytes: AtomicUsize::new(0),
            told: AtomicBool::new(false),
        }
    }

    /// One more, of so many bytes.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), QuotaFull> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if number < self.most && before + bytes <= self.most_bytes {
            return Ok(());
        }
        // What did not fit takes no room.
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        Err(QuotaFull {
            sentence: format!(
                "a run keeps at most {} {} and {} MiB of them; further ones are not kept",
                self.most,
                self.what,
                self.most_bytes >> 20
            ),
            first: !self.told.swap(true, Ordering::Relaxed),
        })
    }
}

/// Refusals, by layer and rule.
#[derive(Debug, Default)]
pub(crate) struct DenialQuota(Mutex<BTreeSet<(Layer, String)>>);

impl DenialQuota {
    /// Whether this refusal is to be told: it was not before, and there is room for another.
    pub(crate) fn take(&self, layer: Layer, rule: &str) -> bool {
        let mut told = self.0.lock();
        told.len() < DENIALS && told.insert((layer, rule.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_bytes_are_both_bounded_and_told_once() {
        let few = EventQuota::of("things", 2, 1 << 20);
        assert!(few.take(1).is_ok() && few.take(1).is_ok());
        let full = few.take(1).err().unwrap();
        assert!(full.first && !few.take(1).err().unwrap().first);
        assert!(
            full.sentence
                .starts_with("a run keeps at most 2 things and 1 MiB")
        );
        let small = EventQuota::of("things", 9, 10);
        assert!(small.take(11).is_err() && small.take(10).is_ok() && small.take(1).is_err());
    }

    #[test]
    fn a_refusal_is_told_once_and_a_flood_of_new_ones_up_to_a_bound() {
        let denials = DenialQuota::default();
        for number in 0..300 {
            assert_eq!(
                denials.take(Layer::Grant, &number.to_string()),
                number < 200,
                "{number}"
            );
        }
        assert!(!denials.take(Layer::Grant, "7") && !denials.take(Layer::Boundary, "7"));
        let few = DenialQuota::default();
        assert!(
            few.take(Layer::Grant, "7") && !few.take(Layer::Grant, "7") && few.take(Layer::Boundary, "7")
        );
    }
}
