//! Which cluster is which: recognised by what can be read there.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use shipslog_events::event::object::ClusterMark;
use shipslog_events::ids::{ClusterId, DeploymentId, TargetName};

use super::Objects;

/// The clusters that a lane knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clusters {
    known: BTreeMap<ClusterId, BTreeSet<ClusterMark>>,
    /// Where the targets of the latest deployment led it.
    latest: Option<(DeploymentId, BTreeMap<TargetName, ClusterId>)>,
}

impl Clusters {
    pub(super) fn all(&self) -> impl Iterator<Item = &ClusterId> {
        self.known.keys()
    }

    pub(super) fn recognised(
        &mut self,
        deployment: DeploymentId,
        target: &TargetName,
        cluster: &ClusterId,
        marks: &[ClusterMark],
    ) {
        let known = self.known.entry(cluster.clone()).or_default();
        for mark in marks {
            // A cluster has one of each: the newer one stands.
            known.retain(|it| !is_of_same_kind(it, mark));
            known.insert(mark.clone());
        }
        match &mut self.latest {
            Some((its, led)) if *its == deployment => {
                led.insert(target.clone(), cluster.clone());
            }
            _ => self.latest = Some((deployment, [(target.clone(), cluster.clone())].into())),
        }
    }
}

impl Objects {
    /// The cluster that has these marks, strongest first: one that has the strongest, or a weaker one and none of the
    /// stronger kinds. It is a new one where there is none.
    pub fn recognise(&self, marks: &[ClusterMark]) -> ClusterId {
        for (at, mark) in marks.iter().enumerate() {
            let contradicts = |known: &BTreeSet<ClusterMark>| {
                let mut stronger = marks[..at].iter();
                stronger.any(|it| known.iter().any(|other| is_of_same_kind(it, other)))
            };
            let found = self
                .clusters
                .known
                .iter()
                .find(|(_, known)| known.contains(mark) && !contradicts(known));
            if let Some((cluster, _)) = found {
                return cluster.clone();
            }
        }
        let strongest = serde_json::to_string(&marks.first()).expect("a mark is plain data");
        ClusterId::new(format!(
            "cluster-{}",
            &hex::encode(Sha256::digest(strongest))[..12]
        ))
    }

    /// Where a target led a deployment when it wrote there first.
    pub fn led_to(&self, deployment: DeploymentId, target: &TargetName) -> Option<&ClusterId> {
        let (its, led) = self.clusters.latest.as_ref()?;
        led.get(target).filter(|_| *its == deployment)
    }
}

/// Whether a cluster has only one of the two.
fn is_of_same_kind(one: &ClusterMark, other: &ClusterMark) -> bool {
    match (one, other) {
        (ClusterMark::KubeSystem { .. }, ClusterMark::KubeSystem { .. })
        | (ClusterMark::Address { .. }, ClusterMark::Address { .. }) => true,
        (ClusterMark::Namespace { name, .. }, ClusterMark::Namespace { name: other, .. }) => name == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
