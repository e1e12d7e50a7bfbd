//! How long a step takes from its call to its end when it does nothing.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use shipslog_runner::Component;

use crate::attempt::{self, Nothing};
use crate::bare_sandbox::{self, Bare};
use crate::number::{Number, percentile};
use crate::{Effort, guests};

const NAME: &str = "start";

pub(crate) async fn measure(effort: Effort) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    let runner = attempt::runner(folder.path())?;
    let bytes = guests::nothing();
    let (component, plain) = (
        Component::new(bytes.clone()),
        Bare::new(&bare_sandbox::engine()?, &bytes)?,
    );
    let recorder: Arc<Nothing> = Arc::new(Nothing);
    let (mut ours, mut without) = (Vec::new(), Vec::new());
    attempt::run(&runner, &component, recorder.clone()).await?;
    for _ in 0..effort.of(5_000, 500) {
        let begun = Instant::now();
        plain.run().await?;
        without.push(begun.elapsed().as_secs_f64() * 1e6);
        let begun = Instant::now();
        attempt::run(&runner, &component, recorder.clone()).await?;
        ours.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    let number = |what: &str, of: usize| {
        Number::new(NAME, what, percentile(&ours, of), "us").against(percentile(&without, of))
    };
    Ok(vec![
        number("a step that does nothing, p50", 50).at_most(50.0),
        number("a step that does nothing, p99", 99),
    ])
}
