//! Host side of `shipslog:step/clock`: recorded, so that a replay sees the same time.

use std::time::Duration;

use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::clock;
use crate::journal::Class;
use crate::run::Run;

/// The clock of a run.
pub(crate) struct Clock<'a> {
    pub(crate) run: &'a Run,
}

struct HasClock;

impl HasData for HasClock {
    type Data<'a> = Clock<'a>;
}

impl clock::Host for Clock<'_> {
    async fn now(&mut self) -> wasmtime::Result<u64> {
        let now = &self.run.assignment.now;
        self.run
            .answer(Class::Recorded, "clock.now", &(), |_| async { Ok(now()) })
            .await
    }

    async fn sleep(&mut self, milliseconds: u64) -> wasmtime::Result<Result<(), ()>> {
        let timeout = Duration::from_millis(milliseconds);
        let slept = self.run.suspend(SLEEP, &milliseconds, timeout, sleep).await?;
        Ok(slept.map_err(|_| ()))
    }
}

/// Its name in a journal.
pub(crate) const SLEEP: &str = "clock.sleep";

/// Sleeps for what is left.
pub(crate) async fn sleep(left: Duration) -> wasmtime::Result<()> {
    tokio::time::sleep(left).await;
    Ok(())
}

pub(crate) fn add_to_linker<T: Send + 'static>(
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
    use crate::testing::Scene;

    #[tokio::test]
    async fn time_comes_from_the_given_clock_and_a_long_sleep_ends_when_the_run_is_cancelled() {
        let mut scene = Scene::new();
        scene.assignment.now = Arc::new(|| 1_234);
        let run = scene.run();
        let mut clock = Clock { run: &run };
        assert_eq!(clock.now().await.unwrap(), 1_234);
        let (slept, ()) = tokio::join!(clock.sleep(u64::MAX), async { scene.cancel.request() });
        assert_eq!(slept.unwrap(), Err(()));
    }
}
