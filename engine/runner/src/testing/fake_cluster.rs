//! The cluster in memory, asked as the engine asks a cluster.

mod memory_types;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use shipslog_cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Deleted, Error, Evidence, Expectation, Kind, KubernetesApi,
    ObjectReference, Page, Patch, Propagation, Seen, Selection, Waited,
};
use shipslog_events::event::object::ClusterMark;
use shipslog_step_testing as memory;

use memory_types::Fault;

/// The namespace of objects that name none.
const NAMESPACE: &str = "dev";

/// One call, before it is done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call<'a> {
    Get(&'a ObjectReference),
    List(&'a Selection),
    /// Manifest, manager, options.
    Apply(&'a Value, &'a str, &'a ApplyOptions),
    Patch(&'a ObjectReference, Patch<'a>),
    Delete(&'a ObjectReference, &'a DeleteOptions),
    Wait(&'a [Expectation], Duration),
    Diff(&'a Value),
    /// Verb, object, subresource.
    CanI(&'a str, &'a ObjectReference, &'a str),
    /// Pod, and how many lines.
    Logs(&'a ObjectReference, u32),
    Explain(&'a ObjectReference),
}

/// What a test does around calls: it looks at them, notes them, or lets time pass.
#[async_trait]
pub(crate) trait Around: Send + Sync {
    /// The cluster has not heard of it yet.
    async fn before(&self, _: &Call<'_>) {}
    /// The cluster has done it, and the caller has not heard of that yet.
    async fn after(&self, _: &Call<'_>) {}
    /// The same, and the answer took its time.
    async fn late(&self, _: &Call<'_>) {}
}

/// The cluster in memory, and who stands around it.
pub(crate) struct FakeCluster {
    memory: memory::Cluster<Fault>,
    around: Vec<Arc<dyn Around>>,
    pause: Mutex<Duration>,
    waits_hang: AtomicBool,
}

impl FakeCluster {
    /// An empty cluster. What is deleted in the foreground stays until it is [lost](Self::loses).
    pub(crate) fn new(around: Arc<dyn Around>) -> Self {
        let memory = memory::Cluster::new(NAMESPACE);
        memory.end_slowly();
        Self {
            memory,
            around: vec![around],
            pause: Mutex::default(),
            waits_hang: AtomicBool::default(),
        }
    }

    /// The same cluster, with somebody who looks at each call first.
    pub(crate) fn watched_by(&self, first: Arc<dyn Around>) -> Self {
        let around = [first].into_iter().chain(self.around.iter().cloned());
        Self {
            memory: self.memory.clone(),
            around: around.collect(),
            pause: Mutex::default(),
            waits_hang: AtomicBool::default(),
        }
    }

    /// There is this object, as somebody else wrote it.
    pub(crate) fn has(&self, kind: &str, name: &str, object: Value) {
        self.memory.put_named(kind, name, object);
    }

    /// Somebody else has applied this.
    pub(crate) fn has_applied(&self, manager: &str, manifest: &Value) {
        let how = memory::Apply {
            manager: manager.to_owned(),
            force: true,
            guard: memory::Guard::default(),
        };
        self.memory.apply(manifest, &how).unwrap();
    }

    /// This object has come to its end.
    pub(crate) fn loses(&self, kind: &str, name: &str) {
        self.memory.remove(kind, name);
    }

    /// All objects by kind and name.
    pub(crate) fn objects(&self) -> BTreeMap<String, Value> {
        let objects = self.memory.objects().into_iter();
        objects
            .map(|((kind, name), it)| (format!("{kind} {name}"), it))
            .collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.objects().into_keys().collect()
    }

    pub(crate) fn object(&self, kind: &str, name: &str) -> Value {
        let found = self.memory.object(kind, name);
        found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
    }

    /// Every request that changed an object, in order.
    pub(crate) fn changes(&self) -> Vec<String> {
        self.memory.changes()
    }

    /// From now on every call that writes is answered so, and no wait ends.
    pub(crate) fn refuses(&self, error: Error) {
        let fault = Fault(error);
        for call in ["apply", "patch", "delete"] {
            self.memory.refuse(call, fault.clone(), None);
        }
        self.waits_hang.store(true, Ordering::Relaxed);
    }

    /// The next call of this name is answered so, and does nothing.
    pub(crate) fn refuses_next(&self, call: &'static str, error: Error) {
        self.memory.refuse(call, Fault(error), Some(1));
    }

    /// Somebody else is quicker than the next calls of this name.
    pub(crate) fn interferes(&self, call: &str, times: usize) {
        self.memory.interfere(call, times);
    }

    /// From now on an apply is answered only after so long.
    pub(crate) fn takes(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    /// What containers wrote.
    pub(crate) fn log(&self, line: &str) {
        self.memory.log(line);
    }

    async fn asked<T: Send>(
        &self,
        call: Call<'_>,
        ask: impl FnOnce(&memory::Cluster<Fault>) -> Result<T, Fault> + Send,
    ) -> Result<T, Error> {
        for it in &self.around {
            it.before(&call).await;
        }
        if matches!(call, Call::Wait(..)) && self.waits_hang.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let answer = ask(&self.memory);
        let pause = *self.pause.lock().unwrap();
        if matches!(call, Call::Apply(..)) && !pause.is_zero() {
            tokio::time::sleep(pause).await;
            for it in &self.around {
                it.late(&call).await;
            }
        }
        for it in &self.around {
            it.after(&call).await;
        }
        answer.map_err(|Fault(error)| error)
    }
}

#[async_trait]
impl KubernetesApi for FakeCluster {
    async fn kind(&self, group: &str, version: &str, kind: &str) -> Result<Kind, Error> {
        let memory::Kind { plural, namespaced } = self.memory.kind(kind);
        Ok(Kind {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural,
            namespaced,
        })
    }

    async fn marks(&self) -> Result<Vec<ClusterMark>, Error> {
        let uid = "the only one".to_owned();
        Ok(vec![ClusterMark::KubeSystem { uid }])
    }

    /// Nobody is told: it is a part of the write that follows.
    async fn see(&self, object: &ObjectReference) -> Result<Seen, Error> {
        Ok(Seen::Known(self.memory.object(&object.kind, &object.name)))
    }

    async fn get(&self, object: &ObjectReference) -> Result<Value, Error> {
        let asked = memory_types::reference(object);
        self.asked(Call::Get(object), |it| it.get(&asked)).await
    }

    async fn list(&self, selection: &Selection) -> Result<Page, Error> {
        let asked = memory_types::selection(selection);
        let objects = self.asked(Call::List(selection), |it| it.list(&asked)).await?;
        Ok(Page {
            objects,
            continue_from: None,
        })
    }

    async fn apply(&self, object: &Value, manager: &str, options: &ApplyOptions) -> Result<Applied, Error> {
        let how = memory_types::apply(manager, options);
        let call = Call::Apply(object, manager, options);
        let applied = self.asked(call, |it| it.apply(object, &how)).await?;
        Ok(Applied {
            object: applied.object,
            generation: applied.generation,
            changed: applied.changed,
        })
    }

    async fn patch(&self, object: &ObjectReference, _: &str, patch: Patch<'_>) -> Result<Value, Error> {
        let (asked, how) = (memory_types::reference(object), memory_types::patch(&patch));
        let call = Call::Patch(object, patch);
        self.asked(call, |it| it.patch(&asked, &how)).await
    }

    async fn delete(&self, object: &ObjectReference, options: &DeleteOptions) -> Result<Deleted, Error> {
        let (asked, guard) = (memory_types::reference(object), memory_types::delete(options));
        let foreground = options.propagation == Propagation::Foreground;
        let call = Call::Delete(object, options);
        let deleted = self
            .asked(call, |it| it.delete(&asked, &guard, foreground))
            .await?;
        Ok(memory_types::deleted(deleted))
    }

    async fn wait(&self, expectations: &[Expectation], timeout: Duration) -> Result<Waited, Error> {
        let asked: Vec<_> = expectations.iter().map(memory_types::expectation).collect();
        let call = Call::Wait(expectations, timeout);
        let waited = self.asked(call, |it| it.wait(&asked)).await?;
        Ok(memory_types::waited(waited))
    }

    async fn diff(&self, object: &Value, manager: &str) -> Result<Vec<Change>, Error> {
        let change = self
            .asked(Call::Diff(object), |it| it.diff(object, manager))
            .await?;
        Ok(change.into_iter().map(memory_types::change).collect())
    }

    async fn can_i(&self, verb: &str, object: &ObjectReference, subresource: &str) -> Result<bool, Error> {
        let asked = memory_types::reference(object);
        let call = Call::CanI(verb, object, subresource);
        self.asked(call, |it| it.can_i(verb, &asked, subresource)).await
    }

    async fn logs(
        &self,
        pod: &ObjectReference,
        _: &str,
        tail_lines: u32,
        _: bool,
    ) -> Result<Vec<String>, Error> {
        let asked = memory_types::reference(pod);
        self.asked(Call::Logs(pod, tail_lines), |it| it.logs(&asked))
            .await
    }

    async fn explain(&self, object: &ObjectReference) -> Result<Evidence, Error> {
        let asked = memory_types::reference(object);
        let evidence = self.asked(Call::Explain(object), |it| it.explain(&asked)).await?;
        Ok(memory_types::evidence(evidence))
    }
}

/// As tests have it in what they were told: `apply ConfigMap dev/page as shipslog:httpd:deploy-httpd`.
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get(object) => write!(f, "get {object}"),
            Self::List(selection) => write!(f, "list {}", selection.kind),
            Self::Apply(manifest, manager, options) => {
                let text = |pointer: &str| {
                    manifest
                        .pointer(pointer)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                };
                let (kind, namespace, name) =
                    (text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
                let force = if options.force { " by force" } else { "" };
                write!(f, "apply {kind} {namespace}/{name} as {manager}{force}")
            }
            Self::Patch(object, patch) => write!(f, "patch {object} {}", patch.body),
            Self::Delete(object, options) => match &options.uid {
                Some(uid) => write!(f, "delete {object} of {uid}"),
                None => write!(f, "delete {object}"),
            },
            Self::Wait(expectations, timeout) => {
                write!(f, "wait for {} up to {} s", expectations.len(), timeout.as_secs())
            }
            Self::Diff(_) => f.write_str("diff"),
            Self::CanI(verb, object, subresource) => write!(f, "can-i {verb} {object} {subresource}"),
            Self::Logs(pod, _) => write!(f, "logs {pod}"),
            Self::Explain(object) => write!(f, "explain {object}"),
        }
    }
}

/// A Secret as the API server has it.
pub(crate) fn secret(name: &str, data: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": data,
        "metadata": {
            "name": name, "namespace": NAMESPACE, "uid": format!("uid-of-{name}"),
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "the whole secret", "own": "kept" },
        },
    })
}
