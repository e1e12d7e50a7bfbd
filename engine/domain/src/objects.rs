//! What a lane has in clusters: what its deployments wrote and nobody has seen to be gone.

mod recognition;

use std::collections::BTreeMap;

use serde::Serialize;
use shipslog_events::event::object::{Before, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference};
use shipslog_events::ids::{AttemptNumber, ClusterId, DeploymentId, StepName, TargetName};

use self::recognition::Clusters;

/// The objects of one lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objects {
    held: BTreeMap<ObjectKey, Held>,
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
    MayExist {
        /// By which attempt.
        attempt: AttemptNumber,
        /// By which of its calls.
        call: u64,
        /// What the lane had there before.
        earlier: Option<Box<Held>>,
    },
    /// It was written.
    Written {
        /// Its UID.
        uid: String,
        /// Of what it was then.
        digest: ObjectDigest,
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

    /// Whether it is this object, in whichever cluster.
    pub fn is_of(&self, object: &ObjectReference) -> bool {
        *self == Self::new(&self.cluster, object)
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
        self.held.get(key)
    }

    /// Everything, with where it is.
    pub fn all(&self) -> impl Iterator<Item = (&ObjectKey, &Held)> {
        self.held.iter()
    }

    /// Everything in one cluster.
    pub fn of_cluster<'a>(&'a self, cluster: &'a ClusterId) -> impl Iterator<Item = &'a Held> {
        let here = self.held.iter().filter(move |(key, _)| key.cluster == *cluster);
        here.map(|(_, it)| it)
    }

    /// What earlier deployments of a step wrote through a target, wherever it led then.
    pub fn of_earlier<'a>(
        &'a self,
        step: &'a StepName,
        target: &'a TargetName,
        now: DeploymentId,
    ) -> impl Iterator<Item = (&'a ClusterId, &'a Held)> {
        self.held
            .iter()
            .filter(move |(_, it)| it.step == *step && it.target == *target && it.deployment != now)
            .map(|(key, it)| (&key.cluster, it))
    }

    /// What a deployment was the last to write, or to mean to.
    pub fn of_deployment(&self, deployment: DeploymentId) -> impl Iterator<Item = (&ObjectKey, &Held)> {
        self.held
            .iter()
            .filter(move |(_, it)| it.deployment == deployment)
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
        ObjectEvent::ObjectIntended { call, before, .. } => {
            let key = ObjectKey::from(call);
            let earlier = objects.held.remove(&key);
            // What is not there is nobody's.
            let earlier = earlier
                .filter(|_| *before != Before::Absent)
                .and_then(|it| before_call(it, call));
            let state = State::MayExist {
                attempt: call.attempt.attempt,
                call: call.call,
                earlier,
            };
            objects.held.insert(key, held(call, state));
        }
        ObjectEvent::ObjectWritten {
            call, uid, digest, ..
        } => {
            let state = State::Written {
                uid: uid.clone(),
                digest: *digest,
            };
            objects.held.insert(call.into(), held(call, state));
        }
        ObjectEvent::ObjectRefused { call } => {
            let key = ObjectKey::from(call);
            if let Some(Held {
                state: State::MayExist { earlier, .. },
                ..
            }) = objects.held.remove(&key)
                && let Some(earlier) = earlier
            {
                objects.held.insert(key, *earlier);
            }
        }
        ObjectEvent::ObjectRemoved { call, .. } => {
            objects.held.remove(&call.into());
        }
        ObjectEvent::DriftTakenBack { .. } => {}
    }
    objects
}

/// What there was before a call that announces itself again: what it announced first was refused.
fn before_call(held: Held, call: &ObjectCall) -> Option<Box<Held>> {
    let is_its = (held.deployment, &held.step, &held.target)
        == (call.deployment, &call.attempt.step, &call.attempt.target);
    match held.state {
        State::MayExist {
            attempt,
            call: number,
            earlier,
        } if is_its && (attempt, number) == (call.attempt.attempt, call.call) => earlier,
        _ => Some(Box::new(held)),
    }
}

fn held(call: &ObjectCall, state: State) -> Held {
    Held {
        deployment: call.deployment,
        step: call.attempt.step.clone(),
        target: call.attempt.target.clone(),
        object: call.object.clone(),
        state,
    }
}

#[cfg(test)]
mod tests;
