//! Whatever a guest says: nothing panics, nothing is sent beyond the rights, and no value is seen but by a Secret's data.

mod calls;
mod watchman;

use proptest::collection::vec;
use proptest::prelude::*;
use shipslog_domain::capability::Capability;
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::cases;

use super::*;
use calls::Call;
use watchman::Watchman;

/// Of the Secret that is in the cluster; nobody but the cluster has it.
const IN_THE_CLUSTER: &str = "third secret";

/// What the step declares and the project grants, and the target's namespace.
#[derive(Debug, Clone)]
struct Given {
    declared: Vec<Capability>,
    granted: Vec<Capability>,
    namespace: Option<String>,
}

fn capabilities(list: &Value) -> Vec<Capability> {
    serde_json::from_value(list.clone()).expect("they are capabilities")
}

fn everything() -> Vec<Capability> {
    capabilities(&json!([{
        "verbs": ["get", "list", "watch", "apply", "patch", "delete", "logs", "force"],
        "group": "*", "kind": "*", "namespace": "*",
    }]))
}

fn given() -> impl Strategy<Value = Given> {
    let list = || {
        prop::sample::select(vec![
            everything(),
            everything(),
            capabilities(
                &json!([{ "verbs": ["get", "apply", "patch", "delete"], "kind": "*", "name": "page*" }]),
            ),
            capabilities(&json!([
                { "verbs": ["apply", "patch", "list"], "kind": "Secret" },
                { "verbs": ["get", "list", "watch"], "group": "*", "kind": "*", "namespace": "*" },
            ])),
            capabilities(&json!([{ "verbs": ["logs", "get", "list"], "kind": "Pod", "namespace": "d*" }])),
            Vec::new(),
        ])
    };
    let namespace = prop::option::weighted(0.8, Just("dev".to_owned()));
    (list(), list(), namespace).prop_map(|(declared, granted, namespace)| Given {
        declared,
        granted,
        namespace,
    })
}

/// Plays the calls; the watchman looks at what reaches the cluster, and here it is seen what came back and was told.
async fn play(given: Given, calls: Vec<Call>) {
    let mut scene = Scene::new();
    (scene.assignment.rights.declared, scene.assignment.rights.granted) = (given.declared, given.granted);
    scene.assignment.rights.boundary.namespace = given.namespace;
    for name in ["token", "page"] {
        let data = json!({ "token": watchman::encoded(IN_THE_CLUSTER) });
        scene.cluster.has("Secret", name, secret(name, &data));
    }
    scene.cluster.has(
        "ConfigMap",
        "page",
        json!({ "kind": "ConfigMap", "metadata": { "name": "page" } }),
    );
    let rights = scene.assignment.rights.clone();
    let watchman = std::sync::Arc::new(Watchman::with(rights));
    scene.assignment.cluster = std::sync::Arc::new(scene.cluster.watched_by(watchman));
    let run = scene.run();
    for call in calls {
        let said = format!("{call:?}");
        let answer = call.made(&mut Kubernetes { run: &run }).await;
        watchman::hold_no_value(&answer, &said);
    }
    for line in scene.told() {
        if !line.starts_with("cluster: ") {
            watchman::hold_no_value(&line, "the recorder");
        }
    }
}

fn block_on(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("there is a runtime").block_on(work);
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn whatever_a_guest_says_only_what_it_may_is_sent_and_values_stay_in_the_data_of_secrets(
        given in given(), calls in vec(calls::any_call(), 1..6)
    ) {
        block_on(play(given, calls));
    }
}

/// A file is a list of calls, made with every right in the namespace `dev`; each is refused, and so nothing is sent.
#[test]
fn every_call_of_the_corpus_is_refused_and_nothing_is_sent() {
    for (name, bytes) in corpus!("host") {
        let calls: Vec<Call> =
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        block_on(async {
            let scene = Scene::new();
            let run = scene.run();
            for call in calls.clone() {
                let answer = call.made(&mut Kubernetes { run: &run }).await;
                assert!(answer.starts_with("Err("), "{name}: {answer}");
            }
            assert!(
                !scene.told().iter().any(|it| it.starts_with("cluster: ")),
                "{name}: {:?}",
                scene.told()
            );
        });
        let given = Given {
            declared: everything(),
            granted: everything(),
            namespace: Some("dev".to_owned()),
        };
        block_on(play(given, calls));
    }
}
