//! Entries of one run's journal that wait for the next append, and what they follow on.

use parking_lot::Mutex;
use shipslog_events::SealedValue;
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_log::JournalAppend;

/// So many entries, or bytes of them, are worth an append of their own.
const MANY: usize = 256;
const LARGE: usize = 1 << 20;

/// What waits, and what it follows on.
pub struct JournalTail {
    key: JournalKey,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    after: JournalHead,
    entries: Vec<Vec<u8>>,
    bytes: usize,
    sealed: Vec<SealedValue>,
}

impl JournalTail {
    /// Of a journal that has no entry yet.
    pub fn new(key: JournalKey) -> Self {
        Self {
            key,
            waiting: Mutex::new(Waiting::after(JournalHead::START)),
        }
    }

    /// Whose journal.
    pub fn key(&self) -> &JournalKey {
        &self.key
    }

    /// The journal was read up to here: nothing waits.
    pub fn go_on_after(&self, head: JournalHead) {
        *self.waiting.lock() = Waiting::after(head);
    }

    /// Takes an entry with the values that are new in it; says whether enough is waiting for an append of its own.
    pub fn push(&self, entry: Vec<u8>, sealed: impl IntoIterator<Item = SealedValue>) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.bytes += entry.len();
        waiting.entries.push(entry);
        waiting.sealed.extend(sealed);
        waiting.entries.len() >= MANY || waiting.bytes >= LARGE
    }

    /// What waits, for whoever appends it.
    pub fn take(&self) -> JournalAppend {
        let mut waiting = self.waiting.lock();
        let (after, entries) = (waiting.after, std::mem::take(&mut waiting.entries));
        waiting.after = entries.iter().fold(after, |head, it| head.with(it));
        waiting.bytes = 0;
        JournalAppend {
            key: self.key.clone(),
            after,
            entries,
            sealed: std::mem::take(&mut waiting.sealed),
        }
    }
}

impl Waiting {
    fn after(after: JournalHead) -> Self {
        Self {
            after,
            entries: Vec::new(),
            bytes: 0,
            sealed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId};

    use super::*;

    fn tail() -> JournalTail {
        let attempt = AttemptId {
            step: "Go".into(),
            target: "Web".into(),
            attempt: AttemptNumber::FIRST,
        };
        JournalTail::new(JournalKey::of(DeploymentId(1), &attempt))
    }

    /// How many entries of this size wait when it is enough.
    fn enough(bytes: usize) -> usize {
        let tail = tail();
        1 + std::iter::repeat_with(|| tail.push(vec![0; bytes], []))
            .take_while(|enough| !enough)
            .count()
    }

    #[test]
    fn many_entries_are_enough_and_so_are_a_few_large_ones() {
        assert_eq!(enough(1), MANY);
        assert_eq!(enough(LARGE / 4), 4);
        assert_eq!(enough(LARGE), 1);
    }

    #[test]
    fn what_is_taken_does_not_wait_any_more_and_the_next_follows_on_it() {
        let tail = tail();
        tail.push(vec![0; LARGE], []);
        let first = tail.take();
        assert!(!tail.push(vec![1], []), "it is counted anew");
        let second = tail.take();
        assert_eq!((first.entries.len(), second.entries), (1, vec![vec![1]]));
        assert_eq!(second.after, first.after.with(&first.entries[0]));
        assert_eq!(tail.take().entries, Vec::<Vec<u8>>::new());
    }
}
