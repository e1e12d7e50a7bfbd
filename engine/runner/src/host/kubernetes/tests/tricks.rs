//! Names that are none, in every place where one is given: nothing is sent, nothing is recorded.

use std::sync::{Arc, Mutex};

use serde_json::json;
use shipslog_cluster::{Cluster, Options};

use super::*;

const TRICKS: [&str; 14] = [
    "..",
    "../x",
    "a/b",
    "/",
    "%2e%2e",
    "a%2fb",
    "a?x=1",
    "a#b",
    "a b",
    "ä",
    "a\n",
    "a\0",
    "*",
    "a\u{202e}b",
];

fn tricks() -> Vec<String> {
    let long = "a".repeat(300);
    TRICKS.map(str::to_owned).into_iter().chain([long]).collect()
}

fn pod(change: impl FnOnce(&mut ObjectReference)) -> ObjectReference {
    let mut object = reference("", "Pod", "x");
    change(&mut object);
    object
}

/// References with the trick as their name, namespace, kind, group and version; kinds hold no dashes and names no stars.
fn references(trick: &str) -> [ObjectReference; 5] {
    [
        pod(|it| trick.clone_into(&mut it.name)),
        pod(|it| it.namespace = Some(trick.to_owned())),
        pod(|it| trick.clone_into(&mut it.kind)),
        pod(|it| trick.clone_into(&mut it.group)),
        pod(|it| trick.clone_into(&mut it.version)),
    ]
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "an answer is made for this and not needed after it"
)]
fn invalid<T: std::fmt::Debug>(answer: Result<T, Error>, what: &str) {
    assert!(matches!(answer, Err(Error::Invalid(_))), "{what}: {answer:?}");
}

fn gone(object: ObjectReference) -> Expectation {
    Expectation::Gone(kubernetes::Gone { object, uid: None })
}

#[tokio::test]
async fn a_trick_in_a_reference_is_refused_by_every_call_that_takes_one() {
    let scene = Scene::new();
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    for object in tricks().iter().flat_map(|it| references(it)) {
        let what = format!("{object:?}");
        invalid(host.get(object.clone()).await.unwrap(), &what);
        invalid(host.explain(object.clone()).await.unwrap(), &what);
        invalid(host.delete(object.clone(), BACKGROUND).await.unwrap(), &what);
        let patch = host.patch(object.clone(), PatchKind::Merge, "{}".to_owned(), None, None);
        invalid(patch.await.unwrap(), &what);
        let logs = host.logs(object.clone(), String::new(), 1, false);
        invalid(logs.await.unwrap(), &what);
        let asked = host.can_i("get".to_owned(), object.clone(), String::new());
        invalid(asked.await.unwrap(), &what);
        invalid(host.wait(vec![gone(object)], 1).await.unwrap(), &what);
    }
    assert_eq!(
        scene.told(),
        [""; 0],
        "neither the cluster nor the log heard of any"
    );
}

#[tokio::test]
async fn a_trick_in_a_manifest_is_refused_before_its_object_is_recorded() {
    let scene = Scene::new();
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    for trick in tricks() {
        for pointer in ["apiVersion", "kind", "name", "namespace"] {
            let mut object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}});
            match pointer {
                "apiVersion" | "kind" => object[pointer] = json!(trick),
                _ => object["metadata"][pointer] = json!(trick),
            }
            // `a/b` is a group and a version.
            if (pointer, trick.as_str()) != ("apiVersion", "a/b") {
                let applied = host.apply(object.to_string(), PLAIN).await.unwrap();
                invalid(applied, &object.to_string());
                invalid(host.diff(object.to_string()).await.unwrap(), &object.to_string());
            }
        }
    }
    assert_eq!(scene.told(), [""; 0]);
}

fn everything() -> Selection {
    Selection {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: None,
        label_selector: String::new(),
        fields: Vec::new(),
        limit: u32::MAX,
        continue_from: None,
    }
}

#[tokio::test]
async fn what_would_not_fit_into_a_query_is_refused() {
    let scene = Scene::new();
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    let long = "x".repeat(5_000);
    for selection in [
        Selection {
            label_selector: long.clone(),
            ..everything()
        },
        Selection {
            label_selector: "a=\r\nHost: b".to_owned(),
            ..everything()
        },
        Selection {
            continue_from: Some(long.clone()),
            ..everything()
        },
        Selection {
            fields: vec!["metadata.name".to_owned(); 101],
            ..everything()
        },
        Selection {
            fields: vec![long.clone()],
            ..everything()
        },
    ] {
        let answer = host.list(selection.clone()).await.unwrap().map(|it| it.objects);
        invalid(answer, &format!("{selection:?}"));
    }
    for verb in ["get\n", "", "GET", "../x"] {
        let asked = host.can_i(verb.to_owned(), pod(|_| ()), String::new());
        invalid(asked.await.unwrap(), verb);
    }
    assert_eq!(scene.told(), [""; 0]);
}

#[tokio::test]
async fn a_page_of_more_than_an_answer_holds_is_refused_with_the_limit() {
    let scene = Scene::new();
    for name in ["a", "b", "c"] {
        let data = "x".repeat(2 << 20);
        scene
            .cluster
            .has("Pod", name, json!({ "metadata": { "name": name }, "data": data }));
    }
    let run = scene.run();
    let listed = Kubernetes { run: &run }.list(everything()).await.unwrap();
    assert!(matches!(listed, Err(Error::TooLarge(bytes)) if bytes == 4 << 20));
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_more_than_a_hundred_things_is_refused_and_none_lasts_longer_than_the_step() {
    let scene = Scene::new();
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    for number in [101, 5_000] {
        let many = vec![gone(pod(|_| ())); number];
        invalid(host.wait(many, 1).await.unwrap(), "many");
    }
    assert_eq!(scene.told(), [""; 0]);
    host.wait(vec![gone(pod(|_| ()))], u32::MAX)
        .await
        .unwrap()
        .unwrap();
    assert!(
        scene
            .told()
            .iter()
            .any(|it| it == "cluster: wait for 1 up to 58 s"),
        "{:?}",
        scene.told()
    );
}

/// A cluster that knows only what it says it knows, as a real one does.
#[tokio::test]
async fn a_kind_in_another_case_or_number_or_a_subresource_is_none() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let mut scene = Scene::new();
    scene.assignment.cluster = Arc::new(knowing_core_kinds(Arc::clone(&asked)));
    let run = scene.run();
    let mut host = Kubernetes { run: &run };
    for (kind, hint) in [
        ("configmaps", "did you mean `ConfigMap`?"),
        ("Configmap", "did you mean `ConfigMap`?"),
        ("secret", "did you mean `Secret`?"),
        ("SECRETS", "did you mean `Secret`?"),
        ("PodLog", "knows no `PodLog`"),
        ("List", "knows no `List`"),
        ("pods/exec", "is not a name"),
        ("deployments/scale", "is not a name"),
    ] {
        let refused = host.get(pod(|it| kind.clone_into(&mut it.kind))).await.unwrap();
        let sentence = format!("{:?}", refused.unwrap_err());
        assert!(sentence.contains(hint), "{kind}: {sentence}");
    }
    assert!(
        asked.lock().unwrap().iter().all(|it| it == "/api/v1"),
        "only what kinds there are was asked"
    );
}

/// An API server that tells some kinds of the core group and nothing else; it remembers what was asked.
fn knowing_core_kinds(asked: Arc<Mutex<Vec<String>>>) -> Cluster {
    let resource = |kind: &str, name: &str| json!({ "kind": kind, "name": name, "namespaced": true });
    let kinds = json!({ "resources": [resource("Pod", "pods"), resource("PodLog", "pods/log"),
        resource("Secret", "secrets"), resource("ConfigMap", "configmaps")] });
    let service = tower::service_fn(move |request: http::Request<kube::client::Body>| {
        asked.lock().unwrap().push(request.uri().path().to_owned());
        let body = kube::client::Body::from(kinds.to_string().into_bytes());
        std::future::ready(Ok::<_, std::io::Error>(http::Response::new(body)))
    });
    let client = kube::Client::new(service, "default");
    Cluster::from_client(client, Options::default()).in_namespace(Some("web".to_owned()))
}
