//! What a host call costs: bare, through the one wrapper, and with its journal in the log.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use nix::time::{ClockId, clock_gettime};
use shipslog_log::Location;
use shipslog_runner::Component;

use crate::Effort;
use crate::attempt::{self, Durable, Nothing};
use crate::bare_sandbox::{self, Bare};
use crate::guests::{self, Call};
use crate::number::{Number, median};

const NAME: &str = "journal";
/// Microseconds that a call may take which the run answers by itself.
const LOCAL: f64 = 1.0;
/// Microseconds that a call may take whose answer is recorded.
const JOURNALED: f64 = 3.0;

pub(crate) async fn measure(effort: Effort) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    let runner = attempt::runner(&folder.path().join("cache"))?;
    let log = shipslog_log::open(&Location::Directory(folder.path().to_owned()))?;
    let engine = bare_sandbox::engine()?;
    let calls = effort.of(10_000, 1_000);
    let mut numbers = Vec::new();
    let mut deployment = 0;
    for (call, name, most) in [
        (Call::Attempt, "context.attempt (local)", LOCAL),
        (Call::Now, "clock.now (recorded)", JOURNALED),
        (Call::Get, "kubernetes.get of 1.2 KiB (read)", JOURNALED),
    ] {
        let bytes = guests::calls(call, calls);
        let (component, plain) = (Component::new(bytes.clone()), Bare::new(&engine, &bytes)?);
        let (mut without, mut unkept, mut durable) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..=effort.rounds() {
            let begun = busy()?;
            plain.run().await?;
            without.push(each(begun, calls)?);
            let begun = busy()?;
            attempt::run(&runner, &component, Arc::new(Nothing)).await?;
            unkept.push(each(begun, calls)?);
            deployment += 1;
            let begun = busy()?;
            attempt::run(&runner, &component, Arc::new(Durable::new(&log, deployment))).await?;
            durable.push(each(begun, calls)?);
        }
        // The first round finds everything cold.
        let [without, unkept, durable] = [without, unkept, durable].map(|it| median(&it[1..]));
        let number =
            |how: &str, value| Number::new(NAME, format!("{name}, {how}"), value, "us").against(without);
        if call == Call::Attempt {
            numbers.push(number("through the wrapper", unkept).at_most(most));
        } else {
            numbers.push(number("entry made, not kept", unkept).at_most(most));
            numbers.push(number("entry made and durable", durable));
        }
    }
    Ok(numbers)
}

/// Microseconds of processor time for each call: another program that wants the processor does not lengthen it.
fn each(begun: f64, calls: u32) -> Result<f64> {
    Ok((busy()? - begun) * 1e6 / f64::from(calls))
}

/// Seconds of processor time that this process has had, the log's thread included.
fn busy() -> Result<f64> {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok(Duration::from(time).as_secs_f64())
}
