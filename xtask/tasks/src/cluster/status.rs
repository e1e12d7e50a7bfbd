//! What runs, for people.

use anyhow::{Result, bail};

use super::components::Component;
use super::facts::Facts;
use super::layout::Layout;
use super::{health, kubectl, leftovers, lifecycle, process};
use crate::progress::{self, say};

/// Prints the components, the pods and the addresses; fails where the cluster is not well.
pub(super) fn show(layout: &Layout) -> Result<()> {
    for component in Component::ALL {
        say(&line(layout, component));
    }
    let fingerprint = lifecycle::fingerprint(layout)?;
    let ailment = progress::during(
        "asking the cluster",
        "a minute where a part does not answer",
        || Ok(health::ailment(layout, &fingerprint)),
    )?;
    if let Some(ailment) = ailment {
        let left = leftovers::find(layout)?;
        for trace in left {
            say(&format!("left on the machine: {trace}"));
        }
        bail!("the cluster is not well: {ailment}\nstart it: cargo xtask cluster up");
    }
    say(&kubectl::answer(
        layout,
        &["get", "nodes,pods", "--all-namespaces", "--output=wide"],
    )?);
    show_facts(&Facts::of(layout));
    Ok(())
}

pub(super) fn show_facts(facts: &Facts) {
    say(facts.lines().trim_end());
}

fn line(layout: &Layout, component: Component) -> String {
    let name = component.name();
    match process::find(layout, name) {
        Some(process) => {
            format!(
                "{name:<24} process {:<8} {:>4} MiB",
                process.pid,
                process.memory().unwrap_or_default()
            )
        }
        None => format!("{name:<24} not running"),
    }
}
