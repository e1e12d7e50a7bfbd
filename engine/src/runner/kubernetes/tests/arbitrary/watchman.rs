//! Stands before the cluster and looks at all that reaches it, with the rights in hand.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::super::super::FakeCluster;
use super::IN_THE_CLUSTER;
use crate::cluster::{
    Applied, ApplyOptions, Change, DeleteOptions, Error, Evidence, Expectation, Kind, ObjectReference, Page,
    PatchKind, Selection, Waited,
};
use crate::domain::capability::{Need, Rights, Verb};
use crate::runner::{KubernetesApi, Patch};

type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

pub(super) struct Watchman {
    cluster: Arc<FakeCluster>,
    rights: Rights,
}

pub(super) fn encoded(text: &str) -> String {
    STANDARD.encode(text)
}

/// No sensitive value, as it is or in base64.
pub(super) fn hold_no_value(text: &str, whose: &str) {
    for value in ["first secret", "second secret", IN_THE_CLUSTER] {
        assert!(
            !text.contains(value) && !text.contains(&encoded(value)),
            "{whose} holds a value: {text}"
        );
    }
}

/// The values that this run has no handle of are nowhere; those that it has, in a Secret's data alone.
fn look_for_values(body: &Value, secret: bool) {
    let (mut around, text) = (body.clone(), body.to_string());
    if let (true, Some(fields)) = (secret, around.as_object_mut()) {
        fields.remove("data");
    }
    hold_no_value(&around.to_string(), "what is sent");
    assert!(
        !text.contains("second secret") && !text.contains(&encoded("second secret")),
        "{text}"
    );
}

/// The same of a JSON Patch, which must not take values out of the data either.
fn look_for_moved_values(operations: &Value, secret: bool) {
    let words = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let in_data = |path: &str| secret && (path == "/data" || path.starts_with("/data/"));
    for operation in operations.as_array().into_iter().flatten() {
        if !in_data(&words(operation, "path")) {
            hold_no_value(&operation.to_string(), "an operation");
        }
        if secret && ["copy", "move"].contains(&operation["op"].as_str().unwrap_or_default()) {
            let from = words(operation, "from");
            let values = ["", "/data", "/stringData"].contains(&from.as_str())
                || from.starts_with("/data/")
                || from.contains("last-applied");
            assert!(
                !values || in_data(&words(operation, "path")),
                "{operation} shows what is in the data"
            );
        }
    }
}

impl Watchman {
    pub(super) fn before(cluster: Arc<FakeCluster>, rights: Rights) -> Self {
        Self { cluster, rights }
    }

    fn may(&self, verb: Verb, group: &str, kind: &str, namespace: Option<&str>, name: Option<&str>) -> bool {
        let need = Need {
            verb,
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.map(str::to_owned),
            cluster_scoped: matches!(kind, "Namespace" | "ClusterRole" | "IngressClass"),
        };
        self.rights.decide(&need).is_ok()
    }

    /// One of the verbs on the object.
    fn allow<const N: usize>(&self, verbs: [Verb; N], object: &ObjectReference) {
        let ObjectReference {
            group,
            kind,
            namespace,
            name,
            ..
        } = object;
        let may = |verb| self.may(verb, group, kind, namespace.as_deref(), Some(name));
        assert!(verbs.into_iter().any(may), "{verbs:?} on {object} was sent");
    }

    /// What a manifest is, read once more.
    fn allow_manifest(&self, verb: Verb, manifest: &Value) -> bool {
        let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str);
        let api = text("/apiVersion").expect("a manifest says what it is");
        let group = api.rsplit_once('/').map_or("", |(group, _)| group);
        let (kind, name) = (
            text("/kind").expect("it has a kind"),
            text("/metadata/name").expect("it has a name"),
        );
        let namespace = text("/metadata/namespace").filter(|it| !it.is_empty());
        assert!(
            self.may(verb, group, kind, namespace, Some(name)),
            "{verb} of {manifest} was sent"
        );
        group.is_empty() && kind == "Secret"
    }
}

impl KubernetesApi for Watchman {
    /// The kinds of the core are nowhere else: the fake knows objects by their kind alone.
    fn kind<'a>(&'a self, group: &'a str, version: &'a str, kind: &'a str) -> Answer<'a, Kind> {
        if !group.is_empty() && ["Secret", "ConfigMap", "Pod"].contains(&kind) {
            return async { Err(Error::NotFound) }.boxed();
        }
        self.cluster.kind(group, version, kind)
    }

    /// The host looks by itself whether what a step deleted, or waited for to go, is gone.
    fn get<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Value> {
        self.allow([Verb::Get, Verb::Delete], object);
        self.cluster.get(object)
    }

    fn list<'a>(&'a self, selection: &'a Selection) -> Answer<'a, Page> {
        let Selection {
            group,
            kind,
            namespace,
            ..
        } = selection;
        assert!(
            self.may(Verb::List, group, kind, namespace.as_deref(), None),
            "{selection:?}"
        );
        self.cluster.list(selection)
    }

    fn apply<'a>(
        &'a self,
        object: &'a Value,
        manager: &'a str,
        options: &'a ApplyOptions,
    ) -> Answer<'a, Applied> {
        let secret = self.allow_manifest(Verb::Apply, object);
        if options.force {
            self.allow_manifest(Verb::Force, object);
        }
        look_for_values(object, secret);
        self.cluster.apply(object, manager, options)
    }

    /// Answers with the object, as the API server does.
    fn patch<'a>(
        &'a self,
        object: &'a ObjectReference,
        manager: &'a str,
        patch: Patch<'a>,
    ) -> Answer<'a, Value> {
        self.allow([Verb::Patch], object);
        let secret = object.group.is_empty() && object.kind == "Secret";
        match patch.kind {
            PatchKind::JsonPatch => look_for_moved_values(patch.body, secret),
            PatchKind::Merge | PatchKind::Strategic => look_for_values(patch.body, secret),
        }
        let sent = self.cluster.patch(object, manager, patch);
        let data = if secret {
            json!({ "token": encoded(IN_THE_CLUSTER) })
        } else {
            json!({})
        };
        async move {
            sent.await?;
            Ok(json!({ "kind": object.kind, "metadata": { "name": object.name, "uid": "u" }, "data": data }))
        }
        .boxed()
    }

    fn delete<'a>(&'a self, object: &'a ObjectReference, options: &'a DeleteOptions) -> Answer<'a, ()> {
        self.allow([Verb::Delete], object);
        self.cluster.delete(object, options)
    }

    fn wait<'a>(&'a self, expectations: &'a [Expectation], timeout: Duration) -> Answer<'a, Waited> {
        for expectation in expectations {
            match expectation {
                Expectation::Healthy(it) => self.allow([Verb::Watch], &it.object),
                Expectation::Gone(it) => self.allow([Verb::Watch], &it.object),
                Expectation::Condition(it) => self.allow([Verb::Watch], &it.object),
                Expectation::Endpoints(it) => {
                    let namespace = it.service.namespace.as_deref();
                    assert!(self.may(Verb::List, "", "Pod", namespace, None), "{it:?}");
                    assert!(
                        self.may(Verb::Watch, "discovery.k8s.io", "EndpointSlice", namespace, None),
                        "{it:?}"
                    );
                }
            }
        }
        self.cluster.wait(expectations, timeout)
    }

    fn diff<'a>(&'a self, object: &'a Value, manager: &'a str) -> Answer<'a, Vec<Change>> {
        let secret = self.allow_manifest(Verb::Apply, object);
        look_for_values(object, secret);
        self.cluster.diff(object, manager)
    }

    /// Needs no right, and still says no value.
    fn can_i<'a>(
        &'a self,
        verb: &'a str,
        object: &'a ObjectReference,
        subresource: &'a str,
    ) -> Answer<'a, bool> {
        hold_no_value(&format!("{verb} {object} {subresource}"), "a question");
        self.cluster.can_i(verb, object, subresource)
    }

    fn logs<'a>(
        &'a self,
        pod: &'a ObjectReference,
        container: &'a str,
        tail_lines: u32,
        previous: bool,
    ) -> Answer<'a, Vec<String>> {
        self.allow([Verb::Logs], pod);
        assert!(tail_lines <= 500, "{tail_lines} lines");
        self.cluster.logs(pod, container, tail_lines, previous)
    }

    fn explain<'a>(&'a self, object: &'a ObjectReference) -> Answer<'a, Evidence> {
        self.allow([Verb::Get], object);
        if (&*object.group, &*object.kind) == ("", "Pod") {
            self.allow([Verb::Logs], object);
        }
        self.cluster.explain(object)
    }
}
