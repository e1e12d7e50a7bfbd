//! Everything that one run of a step is given. Frozen before it starts, the same for every retry but the number.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use shipslog_cluster::KubernetesApi;
use shipslog_domain::capability::Rights;
use shipslog_domain::freeze::Situation;
use shipslog_events::event::deployment::Limits;
use shipslog_events::ids::AttemptId;
use tokio::time::Instant;

use crate::component::OutputDescription;
use crate::ports::SecretStore;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a run of a step on a target is given by whoever has it carried out.
#[derive(Clone)]
pub struct Assignment {
    /// The step, the target, and the number of the attempt.
    pub id: AttemptId,
    /// Where the run stands, as the interface `context` tells it.
    pub situation: Situation,
    /// The step's inputs, resolved, with handles where values are sensitive.
    pub inputs: Value,
    /// The variables in scope: values, handles where they are sensitive.
    pub variables: BTreeMap<String, String>,
    /// The outputs that the component describes.
    pub outputs: Vec<OutputDescription>,
    /// The milestones that the component describes.
    pub milestones: Vec<String>,
    /// What it may do. The boundary's namespace is the target's own.
    pub rights: Rights,
    /// What the step's randomness is made from: of the step and its target, the same in every attempt.
    pub seed: [u8; 32],
    /// How long it may run, from its beginning.
    pub deadline: Duration,
    /// How much of that is left.
    pub left: Duration,
    /// How much of everything else it may take.
    pub limits: Limits,
    /// The target's cluster, as the target's account.
    pub cluster: Arc<dyn KubernetesApi>,
    /// Opens and mints handles.
    pub secrets: Arc<dyn SecretStore>,
    /// The clock that the step reads, and that its waits are measured by.
    pub now: Now,
}

impl Assignment {
    /// The moment when it is over, if what is left of its time begins now.
    pub(crate) fn end(&self) -> Instant {
        // A century is for ever, and a moment that a clock can hold.
        Instant::now() + self.left.min(Duration::from_hours(24 * 365 * 100))
    }
}

impl std::fmt::Debug for Assignment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assignment")
            .field("id", &self.id)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
