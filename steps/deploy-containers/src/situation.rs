//! Who deploys: what the host says of this run, and what follows for labels and ownership.

use std::collections::BTreeMap;

use shipslog_step::context;
use shipslog_step::owner::marks::{self, DEPLOYMENT};

/// Says which pods belong to which workload; the only label in selectors.
pub const WORKLOAD: &str = "shipslog.dev/workload";

/// What the host says of this run.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// As `deployments-841`.
    pub deployment: String,
    /// For everything that the step makes.
    pub labels: BTreeMap<String, String>,
    /// For everything that the step makes.
    pub annotations: BTreeMap<String, String>,
    /// The target's namespace, if it has one.
    pub namespace: Option<String>,
}

impl Situation {
    /// As the host says it.
    pub fn of_this_run() -> Self {
        Self {
            deployment: context::deployment(),
            labels: context::labels(),
            annotations: context::annotations(),
            namespace: context::namespace(),
        }
    }

    /// The labels that say who owns an object, as far as the host gave them.
    pub fn owner(&self) -> BTreeMap<&str, &str> {
        marks::OWNER
            .iter()
            .filter_map(|key| Some((*key, self.labels.get(*key)?.as_str())))
            .collect()
    }

    /// The user's labels and the host's; the host's win.
    pub fn labels_with(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut all = own.clone();
        all.extend(self.labels.clone());
        all
    }

    /// The user's annotations and the host's; the host's win.
    pub fn annotations_with(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut all = own.clone();
        all.extend(self.annotations.clone());
        all
    }

    /// The labels of a workload's pods.
    pub fn pod_labels(&self, own: &BTreeMap<String, String>, workload: &str) -> BTreeMap<String, String> {
        let mut all = self.labels_with(own);
        all.insert(WORKLOAD.to_owned(), workload.to_owned());
        all
    }

    /// Selects the pods that this deployment made, not those of an earlier revision of the same workload.
    pub fn pod_selector(&self, workload: &str) -> String {
        let deployment = self.labels.get(DEPLOYMENT).unwrap_or(&self.deployment);
        format!("{WORKLOAD}={workload},{DEPLOYMENT}={deployment}")
    }
}
