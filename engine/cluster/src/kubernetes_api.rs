//! What the runner needs of a cluster: [`Cluster`] has it, tests have their own.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::{
    Applied, ApplyOptions, Change, Cluster, DeleteOptions, Error, Evidence, Expectation, Kind,
    ObjectReference, Page, PatchKind, Precondition, Selection, Waited,
};

type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

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
pub trait KubernetesApi: Send + Sync {
    fn kind<'a>(&'a self, group: &'a str, version: &'a str, kind: &'a str) -> Answer<'a, Kind>;
    fn get<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Value>;
    fn list<'a>(&'a self, selection: &'a Selection) -> Answer<'a, Page>;
    fn apply<'a>(
        &'a self,
        object: &'a Value,
        manager: &'a str,
        options: &'a ApplyOptions,
    ) -> Answer<'a, Applied>;
    fn patch<'a>(
        &'a self,
        object: &'a ObjectReference,
        manager: &'a str,
        patch: Patch<'a>,
    ) -> Answer<'a, Value>;
    fn delete<'a>(&'a self, object: &'a ObjectReference, options: &'a DeleteOptions) -> Answer<'a, ()>;
    fn wait<'a>(&'a self, expectations: &'a [Expectation], timeout: Duration) -> Answer<'a, Waited>;
    fn diff<'a>(&'a self, object: &'a Value, manager: &'a str) -> Answer<'a, Vec<Change>>;
    fn can_i<'a>(
        &'a self,
        verb: &'a str,
        object: &'a ObjectReference,
        subresource: &'a str,
    ) -> Answer<'a, bool>;
    fn logs<'a>(
        &'a self,
        pod: &'a ObjectReference,
        container: &'a str,
        tail_lines: u32,
        previous: bool,
    ) -> Answer<'a, Vec<String>>;
    fn explain<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Evidence>;
}

impl KubernetesApi for Cluster {
    fn kind<'a>(&'a self, group: &'a str, version: &'a str, kind: &'a str) -> Answer<'a, Kind> {
        Self::kind(self, group, version, kind).boxed()
    }

    fn get<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Value> {
        Self::get(self, object).boxed()
    }

    fn list<'a>(&'a self, selection: &'a Selection) -> Answer<'a, Page> {
        Self::list(self, selection).boxed()
    }

    fn apply<'a>(
        &'a self,
        object: &'a Value,
        manager: &'a str,
        options: &'a ApplyOptions,
    ) -> Answer<'a, Applied> {
        Self::apply(self, object, manager, options).boxed()
    }

    fn patch<'a>(
        &'a self,
        object: &'a ObjectReference,
        manager: &'a str,
        patch: Patch<'a>,
    ) -> Answer<'a, Value> {
        Self::patch(self, object, patch.kind, patch.body, manager, patch.precondition).boxed()
    }

    fn delete<'a>(&'a self, object: &'a ObjectReference, options: &'a DeleteOptions) -> Answer<'a, ()> {
        Self::delete(self, object, options).boxed()
    }

    /// Cancelling drops the call: a wait only reads.
    fn wait<'a>(&'a self, expectations: &'a [Expectation], timeout: Duration) -> Answer<'a, Waited> {
        Self::wait(self, expectations, timeout, std::future::pending()).boxed()
    }

    fn diff<'a>(&'a self, object: &'a Value, manager: &'a str) -> Answer<'a, Vec<Change>> {
        Self::diff(self, object, manager).boxed()
    }

    fn can_i<'a>(
        &'a self,
        verb: &'a str,
        object: &'a ObjectReference,
        subresource: &'a str,
    ) -> Answer<'a, bool> {
        Self::can_i(self, verb, object, subresource).boxed()
    }

    fn logs<'a>(
        &'a self,
        pod: &'a ObjectReference,
        container: &'a str,
        tail_lines: u32,
        previous: bool,
    ) -> Answer<'a, Vec<String>> {
        Self::logs(self, pod, container, tail_lines, previous).boxed()
    }

    fn explain<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Evidence> {
        Self::explain(self, object).boxed()
    }
}
