//! What other deployments notice while hostile steps compute, flood and allocate.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use shipslog_api::deployments::{CANCEL, DEPLOYMENT};

use crate::child::{Client, Server, names, project, surroundings};
use crate::number::{Number, percentile};
use crate::{Effort, guests, share};

const NAME: &str = "hostile";
const KINDS: [&str; 3] = ["spin", "flood", "allocate"];
/// Each in a lane of its own.
const EACH: u32 = 2;

pub(crate) fn measure(effort: Effort) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    let steps = [
        ("nothing", guests::nothing()),
        ("spin", guests::spinning()),
        ("flood", guests::flooding()),
        ("allocate", guests::allocating()),
    ];
    let mut server = Server::new(folder.path(), &steps)?;
    server.start()?;
    let client = server.client()?;
    let mut documents = surroundings(&names("E", EACH))?;
    documents.extend(KINDS.map(|it| project(it, it)));
    documents.push(project("Nothing", "nothing"));
    client.apply(&documents)?;
    for name in KINDS.iter().chain(&["Nothing"]) {
        client.release(name, "1.0.0")?;
    }
    let count = effort.of(200, 30);
    share::deploy(&client)?;
    let idle = times(&client, count)?;
    let mut numbers = vec![
        Number::new(
            NAME,
            "deployments of a step that does nothing, nobody else, p50",
            percentile(&idle, 50),
            "ms",
        ),
        Number::new(NAME, "the same, p99", percentile(&idle, 99), "ms"),
    ];
    for kinds in [&KINDS[..1], &KINDS[1..2], &KINDS[2..], &KINDS[..]] {
        let beside = beside(&server, kinds, || times(&client, count))?;
        let what = |of: &str| format!("beside {} of {}, {of}", EACH, kinds.join(", "));
        numbers.extend([
            Number::new(NAME, what("p50"), percentile(&beside, 50), "ms").against(percentile(&idle, 50)),
            Number::new(NAME, what("p99"), percentile(&beside, 99), "ms").against(percentile(&idle, 99)),
        ]);
    }
    Ok(numbers)
}

fn times(client: &Client, count: u32) -> Result<Vec<f64>> {
    (0..count).map(|_| share::deploy(client)).collect()
}

/// Does some work while hostile runs go on; those that were stopped begin anew.
fn beside<T>(server: &Server, kinds: &[&str], work: impl FnOnce() -> Result<T>) -> Result<T> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for kind in kinds {
            for environment in names("E", EACH) {
                let client = server.client()?;
                let over = &over;
                scope.spawn(move || keep_going(&client, kind, &environment, over));
            }
        }
        std::thread::sleep(Duration::from_secs(1));
        let done = work();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn keep_going(client: &Client, kind: &str, environment: &str, over: &AtomicBool) -> Result<()> {
    while !over.load(Ordering::Relaxed) {
        let (id, _) = client.deploy(kind, "1.0.0", environment)?;
        loop {
            let state = client.get(&DEPLOYMENT.of([&id]))?;
            if !["queued", "running", "cancelling"]
                .iter()
                .any(|it| state["status"] == **it)
            {
                break;
            }
            if over.load(Ordering::Relaxed) {
                client.post(&CANCEL.of([&id]), &serde_json::json!({}))?;
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}
