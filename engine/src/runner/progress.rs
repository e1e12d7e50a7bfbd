//! Host side of `shipslog:step/progress`: what a live view shows beside the step's name.

use std::sync::{Mutex, PoisonError};

use wasmtime::component::{HasData, Linker};

use super::bindings::shipslog::step::progress;
use super::journal::Class;
use super::recorder::NotRecorded;
use super::run::Run;
use super::text;

/// How far the step said it is, so that the host can say what it waits for without losing that.
#[derive(Debug, Default)]
pub(super) struct Last(Mutex<(u32, u32)>);

impl Last {
    /// So many of so many.
    pub(super) fn get(&self) -> (u32, u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, done: u32, total: u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (done, total);
    }
}

/// The progress of a run.
pub(super) struct Progress<'a> {
    pub(super) run: &'a Run,
}

struct HasProgress;

impl HasData for HasProgress {
    type Data<'a> = Progress<'a>;
}

impl progress::Host for Progress<'_> {
    async fn report(&mut self, done: u32, total: u32, message: String) -> wasmtime::Result<()> {
        let run = self.run;
        run.answer(
            Class::Local,
            "progress.report",
            &(done, total, &message),
            |_| async {
                run.progress.set(done, total);
                if run.is_replaying() {
                    return Ok(());
                }
                run.recorder
                    .progress(done, total, &text::readable(&run.vault, &message))
                    .await?;
                Ok(())
            },
        )
        .await
    }
}

/// The host's own word: what is being waited for.
pub(super) async fn waiting(run: &Run, message: &str) -> Result<(), NotRecorded> {
    let (done, total) = run.progress.get();
    run.recorder
        .progress(done, total, &text::readable(&run.vault, message))
        .await
}

pub(super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Progress<'_>,
) -> wasmtime::Result<()> {
    progress::add_to_linker::<T, HasProgress>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::progress::Host as _;
    use super::*;
    use crate::runner::testing::Scene;

    #[tokio::test]
    async fn the_host_says_what_it_waits_for_and_keeps_the_steps_count() {
        let scene = Scene::new();
        let run = scene.run();
        Progress { run: &run }
            .report(2, 5, "applying".to_owned())
            .await
            .unwrap();
        waiting(&run, "waiting for Deployment httpd to be healthy")
            .await
            .unwrap();
        assert_eq!(
            scene.told(),
            [
                "progress 2/5 applying",
                "progress 2/5 waiting for Deployment httpd to be healthy"
            ]
        );
    }
}
