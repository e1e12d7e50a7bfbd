//! Host side of `shipslog:step/progress`: what a live view shows beside the step's name.

use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::progress;
use crate::journal::Class;
use crate::ports::NotRecorded;
use crate::run::{Run, text};

/// The progress of a run.
pub(crate) struct Progress<'a> {
    pub(crate) run: &'a Run,
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
                if run.progress.said(done, total) && !run.is_replaying() {
                    let message = text::brief(&run.vault, &message);
                    run.recorder.progress(done, total, &message).await?;
                }
                Ok(())
            },
        )
        .await
    }
}

/// The host's own word: what is being waited for.
pub(crate) async fn waiting(run: &Run, message: &str) -> Result<(), NotRecorded> {
    let (done, total) = run.progress.at();
    run.recorder
        .progress(done, total, &text::brief(&run.vault, message))
        .await
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Progress<'_>,
) -> wasmtime::Result<()> {
    progress::add_to_linker::<T, HasProgress>(linker, view)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::progress::Host as _;
    use super::*;
    use crate::testing::Scene;

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

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_thinned_and_each_report_is_short() {
        let scene = Scene::new();
        let run = scene.run();
        let mut progress = Progress { run: &run };
        for done in 0..3_000 {
            progress.report(done, 9, "x".repeat(9_000)).await.unwrap();
        }
        assert_eq!(scene.told().len(), 50);
        assert!(
            scene.told().iter().all(|it| it.len() < 1100),
            "{:?}",
            scene.told()[0]
        );
        tokio::time::advance(Duration::from_secs(1)).await;
        for done in 0..3_000 {
            progress.report(done, 9, String::new()).await.unwrap();
        }
        assert_eq!(scene.told().len(), 70);
        waiting(&run, "waiting").await.unwrap();
        assert_eq!(scene.told().pop().unwrap(), "progress 2999/9 waiting");
    }
}
