//! Host side of `shipslog:step/clock`: recorded, so that a replay sees the same time.

use std::time::Duration;

use wasmtime::component::{HasData, Linker};

use super::Now;
use super::bindings::shipslog::step::clock;
use super::call::{Calls, Class};

/// The clock of a run.
pub(super) struct Clock<'a> {
    pub(super) now: &'a Now,
    pub(super) calls: &'a Calls,
}

struct HasClock;

impl HasData for HasClock {
    type Data<'a> = Clock<'a>;
}

impl clock::Host for Clock<'_> {
    async fn now(&mut self) -> wasmtime::Result<u64> {
        let now = self.now;
        self.calls
            .answer(Class::Recorded, "clock.now", &(), |_| async { Ok(now()) })
            .await
    }

    async fn sleep(&mut self, milliseconds: u64) -> wasmtime::Result<Result<(), ()>> {
        let slept = self
            .calls
            .call(Class::Suspending, "clock.sleep", &milliseconds, |_| async {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                Ok(())
            })
            .await?;
        Ok(slept.map_err(|_| ()))
    }
}

pub(super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Clock<'_>,
) -> wasmtime::Result<()> {
    clock::add_to_linker::<T, HasClock>(linker, view)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::clock::Host as _;
    use super::*;
    use crate::runner::Cancel;

    #[tokio::test]
    async fn time_comes_from_the_given_clock_and_a_long_sleep_ends_when_the_run_is_cancelled() {
        let (now, cancel): (Now, Cancel) = (Arc::new(|| 1_234), Cancel::new());
        let calls = Calls::new(10, cancel.clone());
        let mut clock = Clock {
            now: &now,
            calls: &calls,
        };
        assert_eq!(clock.now().await.unwrap(), 1_234);
        let (slept, ()) = tokio::join!(clock.sleep(u64::MAX), async { cancel.request() });
        assert_eq!(slept.unwrap(), Err(()));
    }
}
