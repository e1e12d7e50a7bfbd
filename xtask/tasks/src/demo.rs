//! `cargo xtask demo`: sets everything up and plays the whole walkthrough.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use launcher::handover;

use crate::both::both;
use crate::build::{self, Wanted};
use crate::progress::{elapsed, say};
use crate::story::{Place, Server, Stage};
use crate::{acts, checkout, cluster};

/// How the demo runs.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Leave the cluster and the server running, and say how to reach them in target/demo/env.
    #[arg(long)]
    keep: bool,
    /// Use your own cluster instead of building one.
    #[arg(long, value_name = "FILE", requires = "feed")]
    kubeconfig: Option<PathBuf>,
    /// Your own image registry, with the image `httpd` in at least two versions.
    #[arg(long, value_name = "URL", requires = "kubeconfig")]
    feed: Option<String>,
}

pub(crate) fn run(demo: &Demo) -> Result<()> {
    let before = handover::since_typed();
    let begun = Instant::now();
    let _only_one = checkout::lock()?;
    let own = match (&demo.kubeconfig, &demo.feed) {
        (Some(kubeconfig), Some(feed)) => Some(Place::own(kubeconfig, feed)?),
        _ => None,
    };
    let was_up = own.is_some() || cluster::is_up();
    if own.is_none() {
        cluster::prerequisites()?;
    }
    let server = || {
        build::shipslog(Wanted::Shipslog)?;
        Server::start_anew("demo")
    };
    let (place, server) = match own {
        Some(place) => (place, server()?),
        // Each starts as soon as it is built: the server has to compile the steps before it answers for the first time.
        None => both(Place::local, server)?,
    };
    let mut stage = Stage::set(place, server)?;
    acts::play(&mut stage)?;
    summary(&stage)?;
    say("");
    say(&format!(
        "all {} acts went as told, in {}",
        acts::ACTS.len(),
        elapsed(before + begun.elapsed())
    ));
    if demo.keep {
        return keep(&stage);
    }
    stage.close()?;
    if !stage.place.is_local() {
        return stage.place.leave_no_trace();
    }
    if was_up {
        say("the local cluster goes on; `cargo xtask cluster down` stops it");
        return Ok(());
    }
    cluster::down()
}

/// The board, the pages, the audit trail, and whether the history holds.
fn summary(stage: &Stage) -> Result<()> {
    say("");
    say("== What there is now");
    stage.shipslog(&["get", "board", "--project", "Httpd"])?;
    for namespace in ["httpd-development", "httpd-production"] {
        stage.page(namespace)?;
    }
    stage.shipslog(&["audit", "--project", "Httpd", "--type", "deployment-requested"])?;
    stage.shipslog(&["audit", "--project", "Httpd", "--type", "deployment-ended"])?;
    let verified = stage.shipslog(&["audit", "verify"])?;
    ensure!(!verified.said.is_empty(), "the verification says what it checked");
    Ok(())
}

fn keep(stage: &Stage) -> Result<()> {
    let file = checkout::target().join("demo/env");
    let lines = format!(
        "KUBECONFIG='{}'\nSHIPSLOG_URL='{}'\nSHIPSLOG_API_KEY='{}'\nSHIPSLOG_DATA_DIR='{}'\n",
        stage.place.kubeconfig().display(),
        stage.url(),
        stage.key()?,
        stage.data_dir().display()
    );
    write_private(&file, &lines).with_context(|| format!("{} cannot be written", file.display()))?;
    stage.leave_running();
    say(&format!(
        "cluster and server go on; for the next command line: set -a; . {}; set +a",
        file.display()
    ));
    say(&format!(
        "the command line is {}",
        checkout::target().join("debug/shipslog").display()
    ));
    Ok(())
}

/// It holds a key.
fn write_private(file: &std::path::Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let _ = fs::remove_file(file);
    fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?
        .write_all(text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use launcher::commands::DEMO;

    use super::*;

    #[test]
    fn the_readme_says_how_long_the_demo_takes() {
        let readme = fs::read_to_string(checkout::root().join("README.md")).unwrap();
        assert!(readme.contains(&format!("about {} minutes on two cores", DEMO.cold)));
    }
}
