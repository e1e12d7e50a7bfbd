//! Many that wait: what they hold of memory and threads, and how soon they wait again after a crash.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use shipslog_api::events::EVENTS;

use crate::child::{Client, Facts, Server, names, project, surroundings};
use crate::number::{Number, milliseconds};
use crate::{Effort, guests};

const WAITS: &str = "waits";
const NAME: &str = "waiting-deployments";
/// Who ask at once.
const CLIENTS: usize = 16;
/// A server that does less than this share of a processor for so long has nothing left to do.
const QUIET: f64 = 0.15;
const LOOK: Duration = Duration::from_millis(200);
const IDLE: Duration = Duration::from_secs(12);
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) fn measure(effort: Effort) -> Result<Vec<Number>> {
    let (projects, environments) = (names("P", effort.of(100, 20)), names("E", effort.of(100, 20)));
    let folder = tempfile::tempdir()?;
    let mut server = Server::new(folder.path(), &[("wait", guests::waiting())])?;
    server.start()?;
    let client = server.client()?;
    client.apply(&surroundings(&environments)?)?;
    let documents: Vec<Value> = projects.iter().map(|it| project(it, "wait")).collect();
    client.apply(&documents)?;
    for project in &projects {
        client.release(project, "1.0.0")?;
    }
    let lanes: Vec<(&str, &str)> = environments
        .iter()
        .flat_map(|environment| projects.iter().map(move |it| (&**it, &**environment)))
        .collect();
    let idle = at_rest(&server)?;
    let (first, rest) = lanes.split_at(1_000.min(lanes.len() / 2));
    deploy(&server, first)?;
    let some = at_rest(&server)?;
    let mut numbers = vec![
        Number::new(
            WAITS,
            format!("resident over idle with {} steps waiting", first.len()),
            some.resident - idle.resident,
            "MB",
        )
        .at_most(100.0),
        Number::new(
            WAITS,
            format!("threads over idle with {} steps waiting", first.len()),
            some.threads - idle.threads,
            "threads",
        )
        .at_most(0.0),
        Number::new(WAITS, "resident when idle", idle.resident, "MB"),
    ];
    let begun = Instant::now();
    deploy(&server, rest)?;
    let speed = f64::from(u32::try_from(rest.len())?) / begun.elapsed().as_secs_f64();
    let all = at_rest(&server)?;
    let count = lanes.len();
    numbers.extend([
        Number::new(
            NAME,
            format!("resident with {count} deployments waiting"),
            all.resident,
            "MB",
        )
        .at_most(500.0),
        Number::new(
            NAME,
            "accepted and waiting, one after the other by 16 clients",
            speed,
            "deployments/s",
        ),
    ]);
    server.kill()?;
    let before = server.start()?;
    let again = Instant::now();
    let resumed = quiet(&server)?.duration_since(again) + before;
    let work = server.work()?;
    ensure!(resumptions(&client, count)?, "not all deployments wait again");
    let back = at_rest(&server)?;
    numbers.extend([
        Number::new(
            NAME,
            format!("from kill -9 until all {count} wait again"),
            milliseconds(resumed),
            "ms",
        )
        .at_most(5_000.0),
        Number::new(
            NAME,
            "of that, until the server answers",
            milliseconds(before),
            "ms",
        ),
        Number::new(NAME, "the server's processor time meanwhile", work * 1e3, "ms"),
        Number::new(
            NAME,
            format!("resident after that with {count} deployments waiting"),
            back.resident,
            "MB",
        )
        .at_most(500.0),
    ]);
    Ok(numbers)
}

fn deploy(server: &Server, lanes: &[(&str, &str)]) -> Result<()> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let client = server.client()?;
                    while let Some((project, environment)) = lanes.get(next.fetch_add(1, Ordering::Relaxed)) {
                        client.deploy(project, "1.0.0", environment)?;
                    }
                    Ok(())
                })
            })
            .collect();
        for client in clients {
            client.join().ok().context("a client panicked")??;
        }
        Ok(())
    })
}

/// What the kernel says when the server has nothing left to do. Threads that read the log end after ten idle seconds.
fn at_rest(server: &Server) -> Result<Facts> {
    quiet(server)?;
    std::thread::sleep(IDLE);
    server.facts()
}

/// Waits until the server has nothing left to do, and answers since when.
fn quiet(server: &Server) -> Result<Instant> {
    let begun = Instant::now();
    let (mut since, mut work) = (begun, server.work()?);
    let mut looks = 0;
    while looks < 5 {
        ensure!(begun.elapsed() < PATIENCE, "the server does not come to rest");
        std::thread::sleep(LOOK);
        let now = server.work()?;
        if now - work > QUIET * LOOK.as_secs_f64() {
            (since, looks) = (Instant::now(), 0);
        } else {
            looks += 1;
        }
        work = now;
    }
    Ok(since)
}

/// Whether every deployment was resumed.
fn resumptions(client: &Client, expected: usize) -> Result<bool> {
    let events = EVENTS.of([]);
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let page = client.get(&format!("{events}?type=attempt-resumed&limit=500{cursor}"))?;
        count += page["items"].as_array().map_or(0, Vec::len);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(count == expected),
        }
    }
}
