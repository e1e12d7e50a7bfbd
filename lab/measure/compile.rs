//! Compiling a large step: what others notice meanwhile, and that the second start does not do it again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use shipslog_runner::Component;

use crate::attempt::{self, Nothing};
use crate::child::Server;
use crate::number::{Number, median, milliseconds, percentile};
use crate::{Effort, guests};

const NAME: &str = "compile";

pub(crate) async fn measure(effort: Effort) -> Result<Vec<Number>> {
    let large = guests::large();
    let size = f64::from(u32::try_from(large.len())?) / f64::from(1 << 20);
    let mut numbers = beside(effort, &large, size).await?;
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..effort.of(3, 1) {
        let folder = tempfile::tempdir()?;
        let mut server = Server::new(folder.path(), &[("large", large.clone())])?;
        cold.push(milliseconds(server.start()?));
        server.kill()?;
        warm.push(milliseconds(server.start()?));
    }
    let what = format!("start of a server with a step of {size:.1} MiB, compiled before");
    numbers.push(Number::new(NAME, what, median(&warm), "ms").against(median(&cold)));
    Ok(numbers)
}

/// Runs of another step while the large one is compiled.
async fn beside(effort: Effort, large: &[u8], size: f64) -> Result<Vec<Number>> {
    let (mut idle, mut busy, mut compiles) = (Vec::new(), Vec::new(), Vec::new());
    let (large, small) = (Component::new(large), Component::new(guests::nothing()));
    for _ in 0..effort.of(5, 2) {
        let folder = tempfile::tempdir()?;
        let runner = attempt::runner(folder.path())?;
        attempt::run(&runner, &small, Arc::new(Nothing)).await?;
        let pause = Duration::from_millis(2);
        for _ in 0..100 {
            idle.push(run(&runner, &small).await?);
            tokio::time::sleep(pause).await;
        }
        let compile = tokio::spawn({
            let (runner, large) = (runner.clone(), large.clone());
            async move {
                let begun = Instant::now();
                runner.describe(&large).await.map(|_| begun.elapsed())
            }
        });
        while !compile.is_finished() {
            busy.push(run(&runner, &small).await?);
            tokio::time::sleep(pause).await;
        }
        compiles.push(milliseconds(compile.await??));
    }
    let number = |of: usize| {
        let what = format!("runs of another step while one of {size:.1} MiB is compiled, p{of}");
        Number::new(NAME, what, percentile(&busy, of), "ms").against(percentile(&idle, of))
    };
    let whole = Number::new(
        NAME,
        format!("compile of a step of {size:.1} MiB"),
        median(&compiles),
        "ms",
    );
    Ok(vec![whole, number(50), number(99)])
}

/// Milliseconds of a run that does nothing.
async fn run(runner: &shipslog_runner::Runner, step: &Component) -> Result<f64> {
    let begun = Instant::now();
    attempt::run(runner, step, Arc::new(Nothing)).await?;
    Ok(milliseconds(begun.elapsed()))
}
