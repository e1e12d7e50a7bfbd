//! Host side of `shipslog:step/progress`: what a live view shows beside the step's name.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::{HasData, Linker};

use super::bindings::shipslog::step::progress;
use super::journal::Class;
use super::recorder::NotRecorded;
use super::run::Run;
use super::text;

/// How many reports a run may make at once, and after that one each so often. Views show the latest; what comes faster
/// nobody could read.
const BURST: u32 = 50;
const EVERY: Duration = Duration::from_millis(50);

/// How far the step said it is, so that the host can say what it waits for without losing that.
#[derive(Debug, Default)]
pub(super) struct Last(Mutex<Reports>);

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

impl Last {
    fn said(&self, done: u32, total: u32) -> bool {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (reports.done, reports.total) = (done, total);
        reports.take()
    }

    /// So many of so many, as the journal has it.
    pub(super) fn set(&self, done: u32, total: u32) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (reports.done, reports.total) = (done, total);
    }

    /// So many of so many.
    pub(super) fn at(&self) -> (u32, u32) {
        let reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (reports.done, reports.total)
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
pub(super) async fn waiting(run: &Run, message: &str) -> Result<(), NotRecorded> {
    let (done, total) = run.progress.at();
    run.recorder
        .progress(done, total, &text::brief(&run.vault, message))
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
