//! Host side of `shipslog:step/log`: lines for people, sensitive values blanked.

use shipslog_events::LogLevel;
use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::log;
use crate::journal::Class;
use crate::ports::NotRecorded;
use crate::run::{LOG_BYTES, Room, Run, text};

/// The task log of a run.
pub(crate) struct Log<'a> {
    pub(crate) run: &'a Run,
}

struct HasLog;

impl HasData for HasLog {
    type Data<'a> = Log<'a>;
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
                match run.quota.lines.take(index, message.len()) {
                    Room::Enough => run.recorder.log(index, level, &message).await?,
                    Room::JustFilled => {
                        let notice = format!(
                            "the step has written {} MiB of log; this line and those after it are not kept",
                            LOG_BYTES >> 20
                        );
                        run.recorder.log(index, LogLevel::Warning, &notice).await?;
                    }
                    Room::None => {}
                }
                Ok(())
            },
        )
        .await
    }
}

/// A word of the host's own in place of a call's line.
pub(crate) async fn warn(run: &Run, index: u64, sentence: &str) -> Result<(), NotRecorded> {
    run.recorder.flush().await?;
    run.recorder.log(index, LogLevel::Warning, sentence).await
}

/// When a run has ended: how much of its log was not kept.
pub(crate) async fn close(run: &Run) -> Result<(), NotRecorded> {
    match run.quota.lines.marker() {
        Some((index, sentence)) => warn(run, index, &sentence).await,
        None => Ok(()),
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

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Log<'_>,
) -> wasmtime::Result<()> {
    log::add_to_linker::<T, HasLog>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::log::Host as _;
    use super::*;
    use crate::testing::{Scene, handle};

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
    async fn a_flood_is_cut_with_one_notice_and_counted_at_the_end() {
        let scene = Scene::new();
        let run = scene.run();
        let mut log = Log { run: &run };
        for _ in 0..600 {
            log.write(log::Level::Info, "x".repeat(20_000)).await.unwrap();
        }
        let lines = scene.told();
        assert!(lines.iter().map(String::len).sum::<usize>() < 10 << 20);
        assert!(
            lines
                .last()
                .unwrap()
                .contains("this line and those after it are not kept")
        );
        assert!(lines[0].ends_with("x … (cut)"), "a line has a limit too");
        let kept = lines.len() - 1;
        close(&run).await.unwrap();
        let marker = scene.told().pop().unwrap();
        let dropped = format!("log 599 Warning {} lines of the step, ", 600 - kept);
        assert!(marker.starts_with(&dropped), "{marker}");
    }
}
