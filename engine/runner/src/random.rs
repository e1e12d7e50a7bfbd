//! Host side of `shipslog:step/random`: a stream made from the seed, the same in every replay and retry.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use wasmtime::component::{HasData, Linker};

use super::bindings::shipslog::step::random;
use super::journal::{Class, Trace};
use super::run::Run;
use super::vault::Misuse;

const BLOCK: u64 = 32;
/// What one call may ask for.
const MOST: u32 = 64 << 10;

/// SHA-256 of seed and block number, one block after the other.
#[derive(Debug)]
pub(super) struct Stream {
    seed: [u8; 32],
    taken: AtomicU64,
}

/// The randomness of a run.
pub(super) struct Random<'a> {
    pub(super) run: &'a Run,
}

struct HasRandom;

impl HasData for HasRandom {
    type Data<'a> = Random<'a>;
}

impl Stream {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            taken: AtomicU64::new(0),
        }
    }

    fn take(&self, length: u32) -> Vec<u8> {
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
    pub(super) fn skip(&self, length: u32) {
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

impl random::Host for Random<'_> {
    async fn bytes(&mut self, length: u32) -> wasmtime::Result<Vec<u8>> {
        let run = self.run;
        run.answer(Class::Recorded, "random.bytes", &length, |_| async move {
            if length > MOST {
                return Err(Misuse("it asked for more than 64 KiB of random bytes in one call").into());
            }
            run.traces.leave(Trace::Drawn(length));
            Ok(run.random.take(length))
        })
        .await
    }
}

pub(super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Random<'_>,
) -> wasmtime::Result<()> {
    random::add_to_linker::<T, HasRandom>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_depends_on_the_seed_only_not_on_how_it_is_cut() {
        let (whole, cut) = (Stream::new([7; 32]), Stream::new([7; 32]));
        let pieces: Vec<u8> = [1, 31, 0, 33, 5, 30]
            .into_iter()
            .flat_map(|it| cut.take(it))
            .collect();
        assert_eq!(whole.take(100), pieces);
        assert_ne!(Stream::new([8; 32]).take(100), pieces);
    }
}
