//! The calls of the interface as data, with whatever a guest may put into them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::{Deserialize, Serialize};
use shipslog_test_support::mutations::{confused, damaged, each_replaced, odd_text};

use super::watchman::encoded;
use crate::bindings::shipslog::step::kubernetes as wit;
use crate::host::kubernetes::tests::*;

/// One call of the guest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Call {
    Get(ObjectReference),
    List(Selection),
    Apply(String, ApplyOptions),
    Patch(ObjectReference, PatchKind, String),
    Delete(ObjectReference, DeleteOptions),
    Wait(Vec<Expectation>, u32),
    Diff(String),
    CanI(String, ObjectReference, String),
    Logs(ObjectReference, String, u32),
    Explain(ObjectReference),
}

impl Call {
    /// What the guest is answered, as text. No call may trap: that would be our failure.
    pub(super) async fn made(self, kubernetes: &mut Kubernetes<'_>) -> String {
        fn said<T: std::fmt::Debug>(answer: wasmtime::Result<T>) -> String {
            format!("{:?}", answer.expect("a guest's mistake is no trap"))
        }
        match self {
            Self::Get(object) => said(kubernetes.get(object).await),
            Self::List(selection) => said(kubernetes.list(selection).await),
            Self::Apply(object, options) => said(kubernetes.apply(object, options).await),
            Self::Patch(object, kind, patch) => said(kubernetes.patch(object, kind, patch, None, None).await),
            Self::Delete(object, options) => said(kubernetes.delete(object, options).await),
            Self::Wait(expectations, timeout) => said(kubernetes.wait(expectations, timeout).await),
            Self::Diff(object) => said(kubernetes.diff(object).await),
            Self::CanI(verb, object, subresource) => said(kubernetes.can_i(verb, object, subresource).await),
            Self::Logs(pod, container, lines) => said(kubernetes.logs(pod, container, lines, false).await),
            Self::Explain(object) => said(kubernetes.explain(object).await),
        }
    }
}

/// The handle that the run was given, that of another run, and a text with one inside.
fn handles() -> Vec<String> {
    vec![
        handle(1).to_string(),
        handle(2).to_string(),
        format!("x{}y", handle(1)),
    ]
}

fn word(usual: &'static [&'static str]) -> BoxedStrategy<String> {
    let usual = select(usual).prop_map(str::to_owned);
    prop_oneof![16 => usual, 2 => odd_text(), 1 => select(handles())].boxed()
}

fn reference() -> impl Strategy<Value = ObjectReference> {
    const KINDS: &[(&str, &str)] = &[
        ("", "ConfigMap"),
        ("", "Secret"),
        ("", "Secret"),
        ("", "Pod"),
        ("", "Namespace"),
        ("apps", "Deployment"),
        ("networking.k8s.io", "IngressClass"),
    ];
    let kind = prop_oneof![
        9 => select(KINDS).prop_map(|(group, kind)| (group.to_owned(), kind.to_owned())),
        1 => (word(&["", "apps"]), word(&["Secret", "Pod"])),
    ];
    let namespace = option::weighted(0.4, word(&["dev", "dev", "production", "", "dev/../x", "*"]));
    let name = word(&["page", "page-7", "token", "dev", "../page", "page*", "page\n", ""]);
    (kind, word(&["v1"]), namespace, name).prop_map(|((group, kind), version, namespace, name)| {
        ObjectReference {
            group,
            version,
            kind,
            namespace,
            name,
        }
    })
}

/// Each also with a handle in every place that it has.
fn with_handles(seeds: Vec<Value>) -> Vec<Value> {
    let planted: Vec<Value> = seeds
        .iter()
        .flat_map(|seed| {
            handles()
                .into_iter()
                .flat_map(|it| each_replaced(seed, &Value::String(it)))
        })
        .collect();
    seeds.into_iter().chain(planted).collect()
}

fn written(seeds: Vec<Value>) -> BoxedStrategy<String> {
    let bytes: Vec<Vec<u8>> = seeds.iter().map(|it| it.to_string().into_bytes()).collect();
    prop_oneof![
        6 => select(seeds.clone()).prop_map(|it| it.to_string()),
        3 => confused(seeds).prop_map(|it| it.to_string()),
        1 => damaged(bytes).prop_map(|it| String::from_utf8_lossy(&it).into_owned()),
    ]
    .boxed()
}

fn manifest() -> BoxedStrategy<String> {
    let inside = encoded(&format!("user:{}", handle(1)));
    written(with_handles(vec![
        json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": { "name": "token", "labels": { "a": "b" }, "annotations": { "own": "x" } },
            "data": { "alone": handle(1), "inside": inside }, "stringData": { "text": format!("<{}>", handle(1)) } }),
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page", "namespace": "dev" },
            "data": { "index": "Hello", "deep": { "er": ["x"] } } }),
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "page" },
            "spec": { "template": { "spec": { "containers": [{ "env": [{ "name": "X", "value": "y" }] }] } } } }),
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "dev" } }),
    ]))
}

/// Where values are, and where they would be seen.
const PATHS: [&str; 8] = [
    "",
    "/data",
    "/data/token",
    "/data/token/x",
    "/stringData/token",
    "/metadata/labels/a",
    "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
    "/type",
];

fn patch() -> impl Strategy<Value = (PatchKind, String)> {
    let merge = vec![
        json!({ "stringData": { "token": handle(1) }, "metadata": { "labels": { "a": "b" } } }),
        json!({ "data": { "token": handle(1), "gone": null } }),
    ];
    let operation = (
        select(vec!["add", "replace", "test", "copy", "move", "remove"]),
        prop_oneof![4 => select(&PATHS[..]).prop_map(str::to_owned), 1 => odd_text()],
        select(&PATHS[..]),
        prop_oneof![
            Just(json!(handle(1))),
            Just(json!({ "token": handle(1) })),
            Just(json!("x"))
        ],
    )
        .prop_map(|(op, path, from, value)| match op {
            "copy" | "move" => json!({ "op": op, "path": path, "from": from }),
            op => json!({ "op": op, "path": path, "value": value }),
        });
    let operations = vec(operation, 1..3).prop_map(|it| Value::Array(it).to_string());
    prop_oneof![
        4 => operations.prop_map(|it| (PatchKind::JsonPatch, it)),
        3 => written(with_handles(merge)).prop_map(|it| (PatchKind::Merge, it)),
        1 => manifest().prop_map(|it| (PatchKind::Strategic, it)),
    ]
}

fn selection() -> impl Strategy<Value = Selection> {
    let continued = option::of(word(&["next"]));
    (
        reference(),
        word(&["", "app=web"]),
        vec(word(&["data", "metadata.name"]), 0..3),
        any::<u32>(),
        continued,
    )
        .prop_map(|(of, label_selector, fields, limit, continue_from)| Selection {
            group: of.group,
            version: of.version,
            kind: of.kind,
            namespace: of.namespace,
            label_selector,
            fields,
            limit,
            continue_from,
        })
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let text = || word(&["app=web", "Ready", "True"]);
    prop_oneof![
        (reference(), option::of(any::<i64>())).prop_map(|(object, generation)| {
            Expectation::Healthy(wit::Healthy {
                object,
                uid: None,
                generation,
            })
        }),
        (reference(), option::of(text()))
            .prop_map(|(object, uid)| Expectation::Gone(wit::Gone { object, uid })),
        (reference(), text(), text()).prop_map(|(object, type_, status)| {
            Expectation::Condition(wit::Condition {
                object,
                type_,
                status,
            })
        }),
        (reference(), text(), any::<u32>()).prop_map(|(service, label_selector, at_least)| {
            Expectation::Endpoints(wit::Endpoints {
                service,
                label_selector,
                at_least,
            })
        }),
    ]
}

pub(super) fn any_call() -> impl Strategy<Value = Call> {
    let uid = || option::of(word(&["uid-of-token"]));
    let apply = (any::<bool>(), uid()).prop_map(|(force, uid)| ApplyOptions {
        force,
        uid,
        resource_version: None,
    });
    let propagation = select(vec![
        wit::Propagation::Background,
        wit::Propagation::Foreground,
        wit::Propagation::Orphan,
    ]);
    let delete = (propagation, uid()).prop_map(|(propagation, uid)| DeleteOptions {
        propagation,
        uid,
        resource_version: None,
    });
    let verb = word(&["create", "*"]);
    prop_oneof![
        1 => reference().prop_map(Call::Get),
        1 => selection().prop_map(Call::List),
        3 => (manifest(), apply).prop_map(|(object, options)| Call::Apply(object, options)),
        3 => (reference(), patch()).prop_map(|(object, (kind, patch))| Call::Patch(object, kind, patch)),
        1 => (reference(), delete).prop_map(|(object, options)| Call::Delete(object, options)),
        1 => (vec(expectation(), 0..3), any::<u32>()).prop_map(|(them, timeout)| Call::Wait(them, timeout)),
        1 => manifest().prop_map(Call::Diff),
        1 => (verb, reference(), word(&["", "log"])).prop_map(|(verb, object, sub)| Call::CanI(verb, object, sub)),
        1 => (reference(), word(&["httpd", ""]), any::<u32>()).prop_map(|(pod, container, lines)| Call::Logs(pod, container, lines)),
        1 => reference().prop_map(Call::Explain),
    ]
}
