//! The engine's share of a deployment: a step that does nothing, from the request to the end that a client sees.

use anyhow::Result;

use crate::child::{Client, Server, names, project, surroundings};
use crate::number::{Number, percentile};
use crate::{Effort, guests};

const NAME: &str = "share";

pub(crate) fn measure(effort: Effort) -> Result<Vec<Number>> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::new(folder.path(), &[("nothing", guests::nothing())])?;
    server.start()?;
    let client = server.client()?;
    prepare(&client)?;
    deploy(&client)?;
    let (count, before) = (effort.of(300, 40), server.work()?);
    let times: Result<Vec<f64>> = (0..count).map(|_| deploy(&client)).collect();
    let (times, work) = (times?, server.work()? - before);
    let what = |of: &str| format!("a step that does nothing, submit to end over HTTP, one client, {of}");
    Ok(vec![
        Number::new(NAME, what("p50"), percentile(&times, 50), "ms").at_most(5.0),
        Number::new(NAME, what("p99"), percentile(&times, 99), "ms"),
        Number::new(
            NAME,
            "the server's processor time for each",
            work * 1e3 / f64::from(count),
            "ms",
        ),
    ])
}

/// One environment, and one project whose step does nothing.
pub(crate) fn prepare(client: &Client) -> Result<()> {
    let mut documents = surroundings(&names("E", 1))?;
    documents.push(project("Nothing", "nothing"));
    client.apply(&documents)?;
    client.release("Nothing", "1.0.0")
}

/// Milliseconds from the request to its end.
pub(crate) fn deploy(client: &Client) -> Result<f64> {
    client.timed("Nothing", "1.0.0", "E1")
}
