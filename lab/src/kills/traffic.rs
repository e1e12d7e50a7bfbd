//! Somebody who reads the page all the time, each time by a new connection to the Service's port on the node.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use parking_lot::Mutex;

use tasks::machine::{ANSWER, stretched};

/// From one request to the next.
const PAUSE: Duration = Duration::from_millis(20);

/// What the reader has seen.
pub(crate) struct Traffic {
    url: String,
    begun: Instant,
    asked: AtomicUsize,
    failures: Mutex<Vec<Failure>>,
    over: AtomicBool,
}

/// A request that was not answered with a page.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// Counted from the beginning of the kills.
    pub(crate) at: Duration,
    pub(crate) why: String,
}

impl Traffic {
    /// For a page, with times counted from a moment.
    pub(crate) fn to(url: String, begun: Instant) -> Self {
        Self {
            url,
            begun,
            asked: AtomicUsize::new(0),
            failures: Mutex::default(),
            over: AtomicBool::new(false),
        }
    }

    /// Comes back when the page is there for the first time: a node hears of a new Service a moment later.
    pub(crate) fn until_there(&self) -> Result<()> {
        let (agent, begun) = (agent(), Instant::now());
        loop {
            match read(&agent, &self.url) {
                Ok(()) => return Ok(()),
                Err(error) if begun.elapsed() > ANSWER => return Err(error),
                Err(_) => sleep(PAUSE),
            }
        }
    }

    /// Reads until it is told to stop.
    pub(crate) fn flow(&self) {
        let agent = agent();
        while !self.over.load(Ordering::Acquire) {
            let at = self.begun.elapsed();
            if let Err(error) = read(&agent, &self.url) {
                let why = format!("{error:#}");
                self.lock().push(Failure { at, why });
            }
            self.asked.fetch_add(1, Ordering::Relaxed);
            sleep(PAUSE);
        }
    }

    /// Tells it to stop.
    pub(crate) fn stop(&self) {
        self.over.store(true, Ordering::Release);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.lock().clone()
    }

    fn lock(&self) -> parking_lot::MutexGuard<'_, Vec<Failure>> {
        self.failures.lock()
    }
}

/// Stops the reader however its scope is left.
pub(crate) struct Stop<'a>(pub(crate) &'a Traffic);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A page takes milliseconds. A connection that is tried a third time comes later than this, and is a failure.
const PAGE: Duration = Duration::from_secs(5);

/// A new connection each time; as much later as the machine is busy.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(stretched(PAGE)))
        .max_idle_connections(0)
        .build();
    config.into()
}

/// Whatever is no page is a failure.
fn read(agent: &ureq::Agent, url: &str) -> Result<()> {
    let mut answer = agent.get(url).header("connection", "close").call()?;
    let status = answer.status();
    ensure!(status == 200, "it answered {status}");
    let page = answer.body_mut().read_to_string()?;
    ensure!(
        super::PAGES.contains(&page.trim()),
        "it answered `{}`",
        page.trim()
    );
    Ok(())
}

/// How far the nearest kill is: before it (negative) or after it.
pub(crate) fn nearest(kills: &[Duration], at: Duration) -> Option<f64> {
    let distance = |kill: &Duration| at.as_secs_f64() - kill.as_secs_f64();
    kills
        .iter()
        .map(distance)
        .min_by(|one, other| one.abs().total_cmp(&other.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_kill_may_come_later() {
        let kills = [1, 10, 20].map(Duration::from_secs);
        assert_eq!(nearest(&kills, Duration::from_secs(12)), Some(2.0));
        assert_eq!(nearest(&kills, Duration::from_secs(18)), Some(-2.0));
        assert_eq!(nearest(&[], Duration::from_secs(18)), None);
    }
}
