//! What the runner needs of a cluster: [`Cluster`] has it, tests have their own.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use shipslog_events::event::object::ClusterMark;

use crate::{
    Applied, ApplyOptions, Change, Cluster, DeleteOptions, Deleted, Error, Evidence, Expectation, Kind,
    ObjectReference, Page, PatchKind, Precondition, Seen, Selection, Waited,
};

/// One patch.
#[derive(Debug, Clone, Copy)]
pub struct Patch<'a> {
    /// How it is written.
    pub kind: PatchKind,
    /// What it says.
    pub body: &'a Value,
    /// What the object must still be.
    pub precondition: &'a Precondition,
}

/// A cluster as the target's account sees it. References arrive with their namespace filled in, nothing arrives that the
/// step's rights do not allow.
#[expect(missing_docs, reason = "each is the method of `Cluster` of that name")]
#[async_trait]
pub trait KubernetesApi: Send + Sync {
    async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error>;
    async fn marks(&self) -> Result<Vec<ClusterMark>, Error>;
    async fn see(&self, object: &ObjectReference) -> Result<Seen, Error>;
    async fn get(&self, object: &ObjectReference) -> Result<Value, Error>;
    async fn list(&self, selection: &Selection) -> Result<Page, Error>;
    async fn apply(&self, object: &Value, manager: &str, options: &ApplyOptions) -> Result<Applied, Error>;
    async fn patch(&self, object: &ObjectReference, manager: &str, patch: Patch<'_>) -> Result<Value, Error>;
    async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<Deleted, Error>;
    /// Cancelling drops the call: a wait only reads.
    async fn wait(&self, expectations: &[Expectation], timeout: Duration) -> Result<Waited, Error>;
    async fn diff(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error>;
    async fn can_i(&self, verb: &str, object: &ObjectReference, subresource: &str) -> Result<bool, Error>;
    async fn logs(
        &self,
        pod: &ObjectReference,
        container: &str,
        tail_lines: u32,
        previous: bool,
    ) -> Result<Vec<String>, Error>;
    async fn explain(&self, object: &ObjectReference) -> Result<Evidence, Error>;
}

#[async_trait]
impl KubernetesApi for Cluster {
    async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error> {
        Self::kind(self, group, version, kind).await
    }

    async fn marks(&self) -> Result<Vec<ClusterMark>, Error> {
        Self::marks(self).await
    }

    async fn see(&self, object: &ObjectReference) -> Result<Seen, Error> {
        Self::see(self, object).await
    }

    async fn get(&self, object: &ObjectReference) -> Result<Value, Error> {
        Self::get(self, object).await
    }

    async fn list(&self, selection: &Selection) -> Result<Page, Error> {
        Self::list(self, selection).await
    }

    async fn apply(&self, object: &Value, manager: &str, options: &ApplyOptions) -> Result<Applied, Error> {
        Self::apply(self, object, manager, options).await
    }

    async fn patch(&self, object: &ObjectReference, manager: &str, patch: Patch<'_>) -> Result<Value, Error> {
        Self::patch(self, object, patch.kind, patch.body, manager, patch.precondition).await
    }

    async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<Deleted, Error> {
        Self::delete(self, object, options).await
    }

    async fn wait(&self, expectations: &[Expectation], timeout: Duration) -> Result<Waited, Error> {
        Self::wait(self, expectations, timeout).await
    }

    async fn diff(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error> {
        Self::diff(self, object, manager).await
    }

    async fn can_i(&self, verb: &str, object: &ObjectReference, subresource: &str) -> Result<bool, Error> {
        Self::can_i(self, verb, object, subresource).await
    }

    async fn logs(
        &self,
        pod: &ObjectReference,
        container: &str,
        tail_lines: u32,
        previous: bool,
    ) -> Result<Vec<String>, Error> {
        Self::logs(self, pod, container, tail_lines, previous).await
    }

    async fn explain(&self, object: &ObjectReference) -> Result<Evidence, Error> {
        Self::explain(self, object).await
    }
}
