//! Stands before the cluster and looks at all that reaches it, with the rights in hand.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shipslog_cluster::{Expectation, ObjectReference, Patch, PatchKind, Selection};
use shipslog_domain::capability::{Need, Rights, Verb};
use shipslog_step_testing::is_cluster_scoped;

use super::IN_THE_CLUSTER;
use crate::testing::fake_cluster::{Around, Call};

pub(super) struct Watchman {
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
    pub(super) fn with(rights: Rights) -> Self {
        Self { rights }
    }

    fn may(&self, verb: Verb, group: &str, kind: &str, namespace: Option<&str>, name: Option<&str>) -> bool {
        let need = Need {
            verb,
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.map(str::to_owned),
            cluster_scoped: is_cluster_scoped(kind),
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

    fn allow_list(&self, selection: &Selection) {
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
    }

    fn allow_patch(&self, object: &ObjectReference, patch: &Patch<'_>) {
        self.allow([Verb::Patch], object);
        let secret = object.group.is_empty() && object.kind == "Secret";
        match patch.kind {
            PatchKind::JsonPatch => look_for_moved_values(patch.body, secret),
            PatchKind::Merge | PatchKind::Strategic => look_for_values(patch.body, secret),
        }
    }

    fn allow_wait(&self, expectation: &Expectation) {
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
}

#[async_trait]
impl Around for Watchman {
    async fn before(&self, call: &Call<'_>) {
        match call {
            // The host looks by itself whether what a step deleted, or waited for to go, is gone.
            Call::Get(object) => self.allow([Verb::Get, Verb::Delete], object),
            Call::List(selection) => self.allow_list(selection),
            Call::Apply(manifest, _, options) => {
                let secret = self.allow_manifest(Verb::Apply, manifest);
                if options.force {
                    self.allow_manifest(Verb::Force, manifest);
                }
                look_for_values(manifest, secret);
            }
            Call::Patch(object, patch) => self.allow_patch(object, patch),
            Call::Delete(object, _) => self.allow([Verb::Delete], object),
            Call::Wait(expectations, _) => expectations.iter().for_each(|it| self.allow_wait(it)),
            Call::Diff(manifest) => {
                let secret = self.allow_manifest(Verb::Apply, manifest);
                look_for_values(manifest, secret);
            }
            // Needs no right, and still says no value.
            Call::CanI(verb, object, subresource) => {
                hold_no_value(&format!("{verb} {object} {subresource}"), "a question");
            }
            Call::Logs(pod, tail_lines) => {
                self.allow([Verb::Logs], pod);
                assert!(*tail_lines <= 500, "{tail_lines} lines");
            }
            Call::Explain(object) => {
                self.allow([Verb::Get], object);
                if (&*object.group, &*object.kind) == ("", "Pod") {
                    self.allow([Verb::Logs], object);
                }
            }
        }
    }
}
