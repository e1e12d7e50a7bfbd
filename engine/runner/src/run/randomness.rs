//! A stream of bytes made from the seed, the same in every replay and retry.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

const BLOCK: u64 = 32;

/// SHA-256 of seed and block number, one block after the other.
#[derive(Debug)]
pub(crate) struct RandomStream {
    seed: [u8; 32],
    taken: AtomicU64,
}

impl RandomStream {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            taken: AtomicU64::new(0),
        }
    }

    pub(crate) fn take(&self, length: u32) -> Vec<u8> {
        let from = self.taken.fetch_add(u64::from(length), Ordering::Relaxed);
        let until = from + u64::from(length);
        let bytes = (from / BLOCK..until.div_ceil(BLOCK)).flat_map(|it| self.block(it));
        let (skipped, length) = (usize::try_from(from % BLOCK), usize::try_from(length));
        bytes
            .skip(skipped.unwrap_or_default())
            .take(length.unwrap_or_default())
            .collect()
    }

    /// As if they had been taken.
    pub(crate) fn skip(&self, length: u32) {
        self.taken.fetch_add(u64::from(length), Ordering::Relaxed);
    }

    fn block(&self, number: u64) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.seed)
            .chain_update(number.to_be_bytes())
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_depends_on_the_seed_only_not_on_how_it_is_cut() {
        let (whole, cut) = (RandomStream::new([7; 32]), RandomStream::new([7; 32]));
        let pieces: Vec<u8> = [1, 31, 0, 33, 5, 30]
            .into_iter()
            .flat_map(|it| cut.take(it))
            .collect();
        assert_eq!(whole.take(100), pieces);
        assert_ne!(RandomStream::new([8; 32]).take(100), pieces);
    }
}
