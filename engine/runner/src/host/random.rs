//! Host side of `shipslog:step/random`: bytes that are the same in every replay and retry.

use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::random;
use crate::journal::{Class, Trace};
use crate::run::{Misuse, Run};

/// What one call may ask for.
const MOST: u32 = 64 << 10;

/// The randomness of a run.
pub(crate) struct Random<'a> {
    pub(crate) run: &'a Run,
}

struct HasRandom;

impl HasData for HasRandom {
    type Data<'a> = Random<'a>;
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

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Random<'_>,
) -> wasmtime::Result<()> {
    random::add_to_linker::<T, HasRandom>(linker, view)
}
