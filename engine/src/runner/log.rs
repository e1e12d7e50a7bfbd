//! Host side of `shipslog:step/log`: lines for people, sensitive values blanked.

use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::component::{HasData, Linker};

use super::bindings::shipslog::step::log;
use super::journal::Class;
use super::recorder::LogLevel;
use super::run::Run;
use super::text;

/// What a run may write in all, in bytes.
const MOST: usize = 8 << 20;

/// How much a run has written.
#[derive(Debug, Default)]
pub(super) struct Allowance(AtomicUsize);

/// The task log of a run.
pub(super) struct Log<'a> {
    pub(super) run: &'a Run,
}

struct HasLog;

impl HasData for HasLog {
    type Data<'a> = Log<'a>;
}

enum Room {
    Enough,
    JustFilled,
    None,
}

impl Allowance {
    fn take(&self, bytes: usize) -> Room {
        let before = self.0.fetch_add(bytes, Ordering::Relaxed);
        match (before <= MOST, before + bytes <= MOST) {
            (_, true) => Room::Enough,
            (true, false) => Room::JustFilled,
            (false, false) => Room::None,
        }
    }
}

impl log::Host for Log<'_> {
    async fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let run = self.run;
        let line = text::readable(&run.vault, &message);
        run.answer(
            Class::Local,
            "log.write",
            &(level, &message),
            |index| async move {
                let (level, message) = (importance(level), line);
                run.recorder.flush().await?;
                match run.log.take(message.len()) {
                    Room::Enough => run.recorder.log(index, level, &message).await?,
                    Room::JustFilled => {
                        let notice = "the step has written 8 MiB of log; further lines are not kept";
                        run.recorder.log(index, LogLevel::Warning, notice).await?;
                    }
                    Room::None => {}
                }
                Ok(())
            },
        )
        .await
    }
}

fn importance(level: log::Level) -> LogLevel {
    match level {
        log::Level::Debug => LogLevel::Debug,
        log::Level::Info => LogLevel::Info,
        log::Level::Warning => LogLevel::Warning,
        log::Level::Error => LogLevel::Error,
    }
}

pub(super) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Log<'_>,
) -> wasmtime::Result<()> {
    log::add_to_linker::<T, HasLog>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::log::Host as _;
    use super::*;
    use crate::runner::testing::{Scene, handle};

    #[tokio::test]
    async fn a_line_is_kept_with_its_call_and_without_the_values_that_the_run_had_in_hand() {
        let scene = Scene::new();
        let run = scene.run();
        run.vault.fill(handle(1).as_str()).await.unwrap();
        let mut log = Log { run: &run };
        log.write(log::Level::Info, "the first secret is out".to_owned())
            .await
            .unwrap();
        log.write(log::Level::Error, format!("{} is not", handle(1)))
            .await
            .unwrap();
        let lines = scene.told();
        assert!(
            lines[0].starts_with("log 0 Info the ") && !lines[0].contains("first secret"),
            "{lines:?}"
        );
        assert_eq!(lines[1], format!("log 1 Error {} is not", handle(1)));
    }

    #[tokio::test]
    async fn a_flood_is_cut_with_one_notice() {
        let scene = Scene::new();
        let run = scene.run();
        let mut log = Log { run: &run };
        for _ in 0..600 {
            log.write(log::Level::Info, "x".repeat(20_000)).await.unwrap();
        }
        let lines = scene.told();
        assert!(lines.iter().map(String::len).sum::<usize>() < 10 << 20);
        assert!(lines.last().unwrap().contains("further lines are not kept"));
        assert!(lines[0].ends_with("x … (cut)"), "a line has a limit too");
    }
}
