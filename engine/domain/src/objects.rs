//! What a lane has in clusters: what its deployments wrote and nobody has seen to be gone.

mod known;
mod recognition;

use std::collections::BTreeMap;

use serde::Serialize;
use shipslog_events::event::object::{ObjectCall, ObjectDigest, ObjectEvent, ObjectReference, Removal};
use shipslog_events::ids::{ClusterId, DeploymentId, StepName, TargetName};

use self::known::Known;
use self::recognition::Clusters;

/// The objects of one lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objects {
    known: BTreeMap<ObjectKey, Known>,
    clusters: Clusters,
}

/// Which object, whatever the version of its API and whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectKey {
    cluster: ClusterId,
    namespace: Option<String>,
    group: String,
    kind: String,
    name: String,
}

/// An object that a step wrote, or meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The latest deployment that wrote it, or meant to.
    pub deployment: DeploymentId,
    /// Its step.
    pub step: StepName,
    /// The target whose account was used.
    pub target: TargetName,
    /// The object itself.
    pub object: ObjectReference,
    /// What is known of it.
    pub state: State,
}

/// What is known of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A write was announced, and nobody has seen what came of it.
    MayExist,
    /// It was written.
    Written {
        /// Its UID.
        uid: String,
        /// Of what it was then.
        digest: ObjectDigest,
    },
    /// The API server took a delete of it, and nobody has seen its end.
    BeingDeleted {
        /// Its UID.
        uid: String,
    },
}

impl ObjectKey {
    /// The key of an object in a cluster.
    pub fn new(cluster: &ClusterId, object: &ObjectReference) -> Self {
        Self {
            cluster: cluster.clone(),
            namespace: object.namespace.clone(),
            group: object.group.clone(),
            kind: object.kind.clone(),
            name: object.name.clone(),
        }
    }
}

impl From<&ObjectCall> for ObjectKey {
    fn from(call: &ObjectCall) -> Self {
        Self::new(&call.cluster, &call.object)
    }
}

impl Objects {
    /// What is known of an object, if the lane has it.
    pub fn find(&self, key: &ObjectKey) -> Option<&Held> {
        self.known.get(key).and_then(Known::held)
    }

    /// Everything, with where it is.
    pub fn all(&self) -> impl Iterator<Item = (&ObjectKey, &Held)> {
        self.known.iter().filter_map(|(key, it)| Some((key, it.held()?)))
    }

    /// Everything in one cluster.
    pub fn of_cluster<'a>(&'a self, cluster: &'a ClusterId) -> impl Iterator<Item = &'a Held> {
        let here = self.all().filter(move |(key, _)| key.cluster == *cluster);
        here.map(|(_, it)| it)
    }

    /// What earlier deployments of a step wrote through a target, wherever it led then.
    pub fn of_earlier<'a>(
        &'a self,
        step: &'a StepName,
        target: &'a TargetName,
        now: DeploymentId,
    ) -> impl Iterator<Item = (&'a ClusterId, &'a Held)> {
        self.all()
            .filter(move |(_, it)| it.step == *step && it.target == *target && it.deployment != now)
            .map(|(key, it)| (&key.cluster, it))
    }

    /// What a deployment was the last to write, or to mean to.
    pub fn of_deployment(&self, deployment: DeploymentId) -> impl Iterator<Item = (&ObjectKey, &Held)> {
        self.all().filter(move |(_, it)| it.deployment == deployment)
    }

    /// Every cluster that the lane was led to.
    pub fn clusters(&self) -> impl Iterator<Item = &ClusterId> {
        self.clusters.all()
    }

    /// What it means for the lane that a call finds an object gone, if anything: who removed it, and its UID. Where only
    /// the object with this `uid` is gone, nothing is said of another one; where it was gone `before`, the call did not
    /// do it.
    pub fn removal(
        &self,
        call: &ObjectCall,
        uid: Option<&str>,
        before: bool,
    ) -> Option<(Removal, Option<String>)> {
        let known = self.known.get(&ObjectKey::from(call))?;
        let its = known.uid();
        let is_to_go = known.is_to_go(call, before);
        let is_meant = match (uid, its) {
            (None, _) => known.is_of(&call.attempt.target),
            (Some(uid), Some(its)) => uid == its && known.is_of(&call.attempt.target),
            (Some(_), None) => known.is_announced_by(call),
        };
        let removal = if is_to_go {
            Removal::Deleted
        } else {
            Removal::FoundGone
        };
        is_meant.then(|| (removal, its.map(str::to_owned)))
    }

    /// The UID of an object whose delete the API server took, or may have, and whose end nobody has seen; empty where it
    /// could not be read.
    pub fn awaits_end(&self, key: &ObjectKey) -> Option<&str> {
        self.known.get(key).and_then(Known::awaited)
    }
}

/// The memory of objects.
#[must_use]
pub fn evolve(mut objects: Objects, event: &ObjectEvent) -> Objects {
    match event {
        ObjectEvent::ClusterRecognised {
            deployment,
            target,
            cluster,
            marks,
        } => objects.clusters.recognised(*deployment, target, cluster, marks),
        ObjectEvent::ObjectIntended {
            call,
            before,
            deletes,
            ..
        } => objects.change(call, |it| it.announced(call, before, *deletes)),
        ObjectEvent::ObjectWritten {
            call, uid, digest, ..
        } => objects.change(call, |it| it.written(call, uid, *digest)),
        ObjectEvent::ObjectDeleted { call, uid } => objects.change(call, |it| it.deleted(call, uid)),
        ObjectEvent::ObjectRefused { call } => objects.change(call, |it| it.answered(call)),
        ObjectEvent::ObjectRemoved {
            call, uid, replaced, ..
        } => objects.change(call, |it| it.removed(call, uid.as_deref(), *replaced)),
        ObjectEvent::DriftTakenBack { .. } => {}
    }
    objects
}

impl Objects {
    fn change(&mut self, call: &ObjectCall, change: impl FnOnce(&mut Known)) {
        let key = ObjectKey::from(call);
        let known = self.known.entry(key.clone()).or_default();
        change(known);
        known.settle();
        if *known == Known::default() {
            self.known.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests;
