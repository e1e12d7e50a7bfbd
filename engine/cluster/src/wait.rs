//! Waiting until things are as expected, by watching.

mod plan;
mod scene;
mod verdict;

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use self::plan::Awaited;
use self::scene::{Scene, Settled};
use self::verdict::Verdict;
use super::evidence::Reader;
use super::{Cluster, Error, Evidence, ObjectReference};

/// The object is healthy by the rules for its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healthy {
    /// The object that is waited for.
    pub object: ObjectReference,
    /// Only the one with this UID.
    pub uid: Option<String>,
    /// Nothing older counts.
    pub generation: Option<i64>,
}

/// The object, or the one with this UID, does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The object that is waited for.
    pub object: ObjectReference,
    /// Another UID counts as gone.
    pub uid: Option<String>,
}

/// The object has a condition of this status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The object that is waited for.
    pub object: ObjectReference,
    /// As in `status.conditions[].type`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
}

/// The Service's ready endpoints are exactly pods with these labels, at least so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The Service that is waited for.
    pub service: ObjectReference,
    /// What selects the pods, as in `app=web`.
    pub label_selector: String,
    /// How many endpoints there must be at least.
    pub at_least: u32,
}

/// What a wait is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// An object is healthy.
    Healthy(Healthy),
    /// An object is gone.
    Gone(Gone),
    /// An object says that a condition holds.
    Condition(Condition),
    /// A Service sends traffic to pods.
    Endpoints(Endpoints),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// All that was waited for came true.
    Met,
    /// One cannot come true any more.
    Failed(Vec<Evidence>),
    /// The time is over; evidence of those that have not come true.
    TimedOut(Vec<Evidence>),
}

impl Cluster {
    /// Waits until all have come true or one cannot any more. Dropping it ends it: a wait only reads.
    pub async fn wait(&self, expectations: &[Expectation], timeout: Duration) -> Result<Waited, Error> {
        let deadline = Instant::now() + timeout;
        let plan = timeout_at(deadline, self.plan(expectations))
            .await
            .map_err(|_| Error::TimedOut)??;
        let mut scene = Scene::open(self, &plan);
        match timeout_at(deadline, scene.settle(&plan)).await {
            Ok(Ok(Settled::Met)) => Ok(Waited::Met),
            Ok(Ok(Settled::Failed(index))) => Ok(Waited::Failed(
                self.evidence_of(&mut scene, &plan[index..=index]).await,
            )),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                let open: Vec<Awaited> = plan
                    .into_iter()
                    .filter(|it| scene.judge(it) != Verdict::Met)
                    .collect();
                Ok(Waited::TimedOut(self.evidence_of(&mut scene, &open).await))
            }
        }
    }

    /// What was seen of things that are not as expected. Reads only events and logs; all else has been watched.
    async fn evidence_of(&self, scene: &mut Scene, open: &[Awaited]) -> Vec<Evidence> {
        scene.complete(open).await;
        let mut reader = Reader::new(self);
        let mut found = Vec::new();
        for awaited in open {
            found.push(reader.read(&scene.around(awaited)).await);
        }
        found
    }
}

#[cfg(test)]
mod tests;
