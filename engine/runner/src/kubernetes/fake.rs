//! A cluster that answers what it was told to, and notes what it was asked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use shipslog_cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Error, Evidence, Expectation, Kind, KubernetesApi,
    ObjectReference, Page, Patch, Propagation, Selection, Waited,
};

use super::super::testing::Told;

type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

pub(crate) struct FakeCluster {
    told: Told,
    objects: Mutex<BTreeMap<String, Value>>,
    refusal: Mutex<Option<Error>>,
    evidence: Mutex<Vec<String>>,
    pause: Mutex<Duration>,
}

impl FakeCluster {
    pub(crate) fn new(told: Told) -> Self {
        Self {
            told,
            objects: Mutex::default(),
            refusal: Mutex::default(),
            evidence: Mutex::default(),
            pause: Mutex::default(),
        }
    }

    /// There is this object.
    pub(crate) fn has(&self, kind: &str, name: &str, object: Value) {
        self.objects
            .lock()
            .unwrap()
            .insert(format!("{kind} {name}"), object);
    }

    /// This object has come to its end.
    pub(crate) fn loses(&self, kind: &str, name: &str) {
        self.objects.lock().unwrap().remove(&format!("{kind} {name}"));
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn object(&self, kind: &str, name: &str) -> Value {
        self.objects.lock().unwrap()[&format!("{kind} {name}")].clone()
    }

    /// From now on every call that writes is answered so.
    pub(crate) fn refuses(&self, error: Error) {
        *self.refusal.lock().unwrap() = Some(error);
    }

    /// From now on an apply is answered only after so long.
    pub(crate) fn takes(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    /// What containers wrote.
    pub(crate) fn log(&self, line: &str) {
        self.evidence.lock().unwrap().push(line.to_owned());
    }

    fn asked<'a, T: Send + 'a>(&self, line: &str, answer: Result<T, Error>) -> Answer<'a, T> {
        self.told.lock().unwrap().push(format!("cluster: {line}"));
        async { answer }.boxed()
    }

    fn written<T>(&self, answer: T) -> Result<T, Error> {
        self.refusal.lock().unwrap().clone().map_or(Ok(answer), Err)
    }

    fn found(&self, object: &ObjectReference) -> Result<Value, Error> {
        let key = format!("{} {}", object.kind, object.name);
        self.objects
            .lock()
            .unwrap()
            .get(&key)
            .cloned()
            .ok_or(Error::NotFound)
    }
}

impl KubernetesApi for FakeCluster {
    fn kind<'a>(&'a self, group: &'a str, version: &'a str, kind: &'a str) -> Answer<'a, Kind> {
        let namespaced = !matches!(kind, "Namespace" | "ClusterRole" | "IngressClass");
        let (group, version, kind) = (group.to_owned(), version.to_owned(), kind.to_owned());
        async move {
            Ok(Kind {
                plural: format!("{}s", kind.to_lowercase()),
                group,
                version,
                kind,
                namespaced,
            })
        }
        .boxed()
    }

    fn get<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Value> {
        self.asked(&format!("get {object}"), self.found(object))
    }

    fn list<'a>(&'a self, selection: &'a Selection) -> Answer<'a, Page> {
        let prefix = format!("{} ", selection.kind);
        let objects = self.objects.lock().unwrap();
        let objects = objects
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .map(|(_, it)| it.clone())
            .collect();
        self.asked(
            &format!("list {}", selection.kind),
            Ok(Page {
                objects,
                continue_from: None,
            }),
        )
    }

    fn apply<'a>(
        &'a self,
        object: &'a Value,
        manager: &'a str,
        options: &'a ApplyOptions,
    ) -> Answer<'a, Applied> {
        let name = |pointer: &str| {
            object
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (kind, namespace, name) = (name("/kind"), name("/metadata/namespace"), name("/metadata/name"));
        let answer = self.written(Applied {
            object: object.clone(),
            generation: Some(1),
            changed: true,
        });
        if answer.is_ok() {
            self.has(&kind, &name, object.clone());
        }
        let force = if options.force { " by force" } else { "" };
        let line = format!("apply {kind} {namespace}/{name} as {manager}{force}");
        let pause = *self.pause.lock().unwrap();
        async move {
            let asked = self.asked(&line, answer);
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
                self.told.lock().unwrap().push("cluster: answered".to_owned());
            }
            asked.await
        }
        .boxed()
    }

    fn patch<'a>(
        &'a self,
        object: &'a ObjectReference,
        manager: &'a str,
        patch: Patch<'a>,
    ) -> Answer<'a, Value> {
        let _ = manager;
        let answer = self.written(patch.body.clone());
        self.asked(&format!("patch {object} {}", patch.body), answer)
    }

    fn delete<'a>(&'a self, object: &'a ObjectReference, options: &'a DeleteOptions) -> Answer<'a, ()> {
        let answer = self.written(());
        let is =
            |it: &Value| options.uid.is_none() || it["metadata"]["uid"].as_str() == options.uid.as_deref();
        if options.propagation == Propagation::Background && self.found(object).is_ok_and(|it| is(&it)) {
            self.loses(&object.kind, &object.name);
        }
        let uid = options
            .uid
            .as_deref()
            .map(|it| format!(" of {it}"))
            .unwrap_or_default();
        self.asked(&format!("delete {object}{uid}"), answer)
    }

    fn wait<'a>(&'a self, expectations: &'a [Expectation], timeout: Duration) -> Answer<'a, Waited> {
        let line = format!("wait for {} up to {} s", expectations.len(), timeout.as_secs());
        let pending = self.refusal.lock().unwrap().is_some();
        self.told.lock().unwrap().push(format!("cluster: {line}"));
        async move {
            if pending {
                std::future::pending().await
            } else {
                Ok(Waited::Met)
            }
        }
        .boxed()
    }

    fn diff<'a>(&'a self, object: &'a Value, manager: &'a str) -> Answer<'a, Vec<Change>> {
        let _ = (object, manager);
        self.asked("diff", Ok(Vec::new()))
    }

    fn can_i<'a>(
        &'a self,
        verb: &'a str,
        object: &'a ObjectReference,
        subresource: &'a str,
    ) -> Answer<'a, bool> {
        self.asked(&format!("can-i {verb} {object} {subresource}"), Ok(true))
    }

    fn logs<'a>(
        &'a self,
        pod: &'a ObjectReference,
        container: &'a str,
        tail_lines: u32,
        previous: bool,
    ) -> Answer<'a, Vec<String>> {
        let _ = (container, tail_lines, previous);
        self.asked(&format!("logs {pod}"), Ok(self.evidence.lock().unwrap().clone()))
    }

    fn explain<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Evidence> {
        let log_tail = self.evidence.lock().unwrap().clone();
        let evidence = Evidence {
            object: object.clone(),
            summary: log_tail.join(" "),
            events: log_tail.clone(),
            log_tail,
        };
        self.asked(&format!("explain {object}"), Ok(evidence))
    }
}

/// A Secret as the API server has it.
pub(crate) fn secret(name: &str, data: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": data,
        "metadata": {
            "name": name, "namespace": "dev", "uid": format!("uid-of-{name}"),
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "the whole secret", "own": "kept" },
        },
    })
}
