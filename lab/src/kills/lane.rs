//! The deployments that are interrupted, each with what it has to leave in the cluster.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::PAGES;
use crate::matrix::words::Words;
use crate::matrix::{compare, objects, run, scenario};
use tasks::story::Stage;

/// Begins the names of all namespaces.
pub(crate) const PREFIX: &str = "kills-";
/// Where the page is served.
pub(crate) const WEB: &str = "kills-web";
const MANIFESTS: &str = "kills-manifests";

/// Seconds until every node has heard of a switch, and until it has heard of a pod's end.
const DRAIN: u32 = 2;

/// One deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// The other page: blue/green.
    Page(usize),
    /// A namespace that is not there yet, by its number.
    Bootstrap(usize),
    /// Once more over what is there.
    Manifests,
}

impl Work {
    /// The work of the `number`th deployment: pages turn by turn, and now and then something else.
    pub(crate) fn of(number: usize) -> Self {
        match number % 6 {
            4 => Self::Bootstrap(number),
            5 => Self::Manifests,
            turn => Self::Page(turn % PAGES.len()),
        }
    }

    pub(crate) fn project(self) -> &'static str {
        match self {
            Self::Page(_) => "Httpd",
            Self::Bootstrap(_) => "Access",
            Self::Manifests => "Manifests",
        }
    }

    /// Pages have their own releases; a bootstrap is another one each time.
    pub(crate) fn release(self) -> String {
        match self {
            Self::Page(page) => format!("1.0.{page}"),
            Self::Bootstrap(number) => format!("1.0.{number}"),
            Self::Manifests => "1.0.0".to_owned(),
        }
    }

    fn namespace(self) -> String {
        match self {
            Self::Page(_) => WEB.to_owned(),
            Self::Bootstrap(number) => format!("{PREFIX}access-{number:04}"),
            Self::Manifests => MANIFESTS.to_owned(),
        }
    }

    /// Milliseconds after the request within which its run is likely to be under way.
    pub(crate) fn span(self) -> std::ops::Range<u64> {
        match self {
            Self::Page(_) => 20..2500,
            Self::Bootstrap(_) | Self::Manifests => 10..500,
        }
    }

    /// What is compared: all pages have the same release each time.
    fn kind(self) -> Self {
        match self {
            Self::Bootstrap(_) => Self::Bootstrap(0),
            Self::Page(_) | Self::Manifests => self,
        }
    }

    /// What its request needs that is not there yet.
    pub(crate) fn prepare(self, stage: &Stage) -> Result<()> {
        if let Self::Bootstrap(_) = self {
            scenario::apply(stage, scenario::ACCESS, &self.namespace())?;
            scenario::release(stage, self.project(), &self.release())?;
        }
        Ok(())
    }
}

/// Documents, releases and namespaces.
pub(crate) fn prepare(stage: &Stage) -> Result<()> {
    scenario::apply(stage, scenario::INFRASTRUCTURE, WEB)?;
    for (project, namespace) in [("Httpd", WEB), ("Manifests", MANIFESTS)] {
        stage.place.kubectl(&["create", "namespace", namespace])?;
        scenario::apply(stage, &scenario::target(project), namespace)?;
    }
    scenario::apply(stage, scenario::MANIFESTS, MANIFESTS)?;
    scenario::release(stage, "Manifests", "1.0.0")?;
    for (number, page) in PAGES.iter().enumerate() {
        scenario::apply(stage, &scenario::httpd(page, DRAIN), WEB)?;
        scenario::release(stage, "Httpd", &Work::Page(number).release())?;
    }
    Ok(())
}

/// What each kind of work leaves when nobody disturbs it.
#[derive(Default)]
pub(crate) struct Undisturbed(BTreeMap<Work, BTreeMap<String, Value>>);

impl Undisturbed {
    /// Remembers what is there now; the latest counts.
    pub(crate) fn remember(&mut self, stage: &Stage, work: Work, id: &str) -> Result<()> {
        self.0.insert(work.kind(), left(stage, work, id)?);
        Ok(())
    }

    /// The deployment succeeded in one attempt and left what it would have left undisturbed.
    pub(crate) fn check(&self, stage: &Stage, work: Work, id: &str) -> Result<()> {
        let status = stage.json(&["status", id])?;
        ensure!(
            status["status"] == "succeeded",
            "{id} ended {}: {}",
            status["status"],
            status["message"]
        );
        let attempts = run::attempts(&status);
        ensure!(attempts == 1, "{id} took {attempts} attempts");
        let wanted = self.0.get(&work.kind()).context("it was undisturbed once")?;
        let found = compare::objects(wanted, &left(stage, work, id)?);
        ensure!(found.is_empty(), "{id} left something else: {}", found.join("; "));
        Ok(())
    }
}

fn left(stage: &Stage, work: Work, id: &str) -> Result<BTreeMap<String, Value>> {
    let namespace = work.namespace();
    let mut words = Words::of_namespace(&namespace);
    words.learn(id, "<deployment>");
    words.learn(&work.release(), "<release>");
    words.learn(&work.release().replace('.', "-"), "<release>");
    let mut found = objects::left(&run::found(stage, &namespace)?, words);
    if let Work::Manifests = work {
        found.values_mut().for_each(forget_generation);
    }
    Ok(found)
}

/// Of a Deployment it counts changes of annotations too, which name the deployment: it grows each time.
fn forget_generation(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("generation");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_take_turns_and_the_others_come_between() {
        let works: Vec<Work> = (0..7).map(Work::of).collect();
        assert_eq!(
            works,
            [
                Work::Page(0),
                Work::Page(1),
                Work::Page(0),
                Work::Page(1),
                Work::Bootstrap(4),
                Work::Manifests,
                Work::Page(0)
            ]
        );
    }
}
