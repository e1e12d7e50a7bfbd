//! What is recorded of a write or a delete: what was there, whose fields it takes, what came of it.

use shipslog_cluster::{Denial, Layer};
use shipslog_events::event::object::{Before, Removal};

use super::*;
use crate::{Intended, Sent, Told, Written};

/// As `intended`, `intended by force`, `removed found-gone`.
fn told(scene: &Scene) -> Vec<String> {
    let line = |it: Told| match it {
        Told::Intended(it) => match (it.deletes, it.takes.len()) {
            (true, _) => "intended delete".to_owned(),
            (false, 0) => "intended".to_owned(),
            (false, fields) => format!("intended by force on {fields}"),
        },
        Told::Written(it) => format!("{} taking {}", it.change, it.taken.len()),
        Told::Deleted(..) => "deleted".to_owned(),
        Told::Refused(_) => "refused".to_owned(),
        Told::Removed(_, removal, _) => format!("removed {removal}"),
    };
    scene.journal.objects().into_iter().map(line).collect()
}

fn page() -> ObjectReference {
    reference("", "ConfigMap", "page")
}

/// A run that has written an object.
async fn wrote(kubernetes: &mut Kubernetes<'_>) {
    let applied = kubernetes.apply(config_map(None, &json!({ "colour": "blue" })), PLAIN);
    applied.await.unwrap().unwrap();
}

/// Of the object that is there, as the step knows it.
fn by_uid(scene: &Scene) -> DeleteOptions {
    let uid = scene.cluster.object("ConfigMap", "page")["metadata"]["uid"].clone();
    DeleteOptions {
        uid: uid.as_str().map(str::to_owned),
        ..BACKGROUND
    }
}

#[tokio::test]
async fn a_delete_says_what_was_there_and_whether_it_was_taken() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    wrote(&mut kubernetes).await;
    let slowly = DeleteOptions {
        propagation: kubernetes::Propagation::Foreground,
        ..by_uid(&scene)
    };
    kubernetes.delete(page(), slowly).await.unwrap().unwrap();
    assert_eq!(told(&scene)[2..], ["intended delete", "deleted"]);
    let Told::Intended(Intended { before, found, .. }) = &scene.journal.objects()[2] else {
        panic!()
    };
    assert!(matches!(before, Before::Present { .. }) && found.is_some());
    scene.cluster.loses("ConfigMap", "page");
    assert_eq!(kubernetes.get(page()).await.unwrap(), Err(Error::NotFound));
    assert_eq!(
        told(&scene)[4..],
        ["removed deleted"],
        "its end is that of its delete"
    );
}

#[tokio::test]
async fn what_somebody_else_removed_is_found_gone_whoever_wants_to_delete_it_then() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    wrote(&mut kubernetes).await;
    let options = by_uid(&scene);
    scene.cluster.loses("ConfigMap", "page");
    kubernetes.delete(page(), options).await.unwrap().unwrap();
    assert_eq!(told(&scene)[2..], ["removed found-gone"], "and no delete is sent");
    kubernetes.delete(page(), BACKGROUND).await.unwrap().unwrap();
    assert_eq!(told(&scene).len(), 3, "nothing is news any more");
}

#[tokio::test]
async fn a_delete_that_is_refused_leaves_no_end_to_wait_for() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    wrote(&mut kubernetes).await;
    let denial = Denial {
        layer: Layer::Admission,
        rule: "protected".to_owned(),
    };
    scene
        .cluster
        .refuses_next("delete", shipslog_cluster::Error::Forbidden(denial));
    let refused = kubernetes.delete(page(), BACKGROUND).await.unwrap();
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    assert_eq!(told(&scene)[2..], ["intended delete", "refused"]);
    scene.cluster.loses("ConfigMap", "page");
    assert_eq!(kubernetes.get(page()).await.unwrap(), Err(Error::NotFound));
    assert_eq!(told(&scene)[4..], [format!("removed {}", Removal::FoundGone)]);
}

/// Somebody else's field, which the step wants to be another.
async fn forced(scene: &Scene) -> Result<Applied, Error> {
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let theirs = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" },
        "data": { "colour": "red" } });
    scene.cluster.has_applied("them", &theirs);
    let options = ApplyOptions { force: true, ..PLAIN };
    let applied = kubernetes.apply(config_map(None, &json!({ "colour": "blue" })), options);
    applied.await.unwrap()
}

#[tokio::test]
async fn what_is_taken_is_taken_from_the_object_that_was_seen() {
    let scene = Scene::new();
    forced(&scene).await.unwrap();
    assert_eq!(
        told(&scene),
        ["intended", "intended by force on 1", "changed taking 1"]
    );
    let quicker = Scene::new();
    quicker.cluster.interferes("apply", 2);
    forced(&quicker).await.unwrap();
    let told = told(&quicker);
    let last = told.len() - 1;
    assert_eq!(
        told[last - 2..],
        ["intended", "intended by force on 1", "changed taking 1"]
    );
    assert!(last > 2, "it began anew: {told:?}");
}

#[tokio::test]
async fn whoever_is_always_quicker_is_left_alone() {
    let scene = Scene::new();
    scene.cluster.interferes("apply", 100);
    let refused = forced(&scene).await;
    assert!(
        matches!(refused, Err(Error::Conflict(_) | Error::Changed)),
        "{refused:?}"
    );
    assert_eq!(told(&scene).last().map(String::as_str), Some("refused"));
    assert_eq!(scene.cluster.object("ConfigMap", "page")["data"]["colour"], "red");
}

#[tokio::test]
async fn no_text_of_a_secret_is_recorded_and_none_is_known_by_its_digest_elsewhere() {
    let scene = Scene::new();
    let run = scene.run();
    let mut kubernetes = Kubernetes { run: &run };
    let apply = async |kubernetes: &mut Kubernetes<'_>, name: &str| {
        let manifest = json!({ "apiVersion": "v1", "kind": "Secret",
            "metadata": { "name": name, "annotations": { "backup/copy": "open sesame" } },
            "stringData": { "one": "open sesame", "two": "open sesame" } });
        let applied = kubernetes.apply(manifest.to_string(), PLAIN).await.unwrap();
        applied.unwrap();
    };
    apply(&mut kubernetes, "first").await;
    apply(&mut kubernetes, "second").await;
    let sent: Vec<Value> = scene
        .journal
        .objects()
        .into_iter()
        .filter_map(|it| match it {
            Told::Written(Written {
                sent: Sent { text, .. },
                ..
            }) => Some(text),
            _ => None,
        })
        .inspect(|it| assert!(!it.contains("sesame") && !it.contains("b3BlbiBzZXNhbWU"), "{it}"))
        .map(|it| serde_json::from_str(&it).unwrap())
        .collect();
    let digests = sent.iter().flat_map(|it| {
        let annotation = &it["metadata"]["annotations"]["backup/copy"];
        [&it["data"]["one"], &it["data"]["two"], annotation].map(|it| it.as_str().unwrap().to_owned())
    });
    let different: std::collections::BTreeSet<String> = digests.collect();
    assert_eq!(different.len(), 6, "{sent:?}");
    assert!(different.iter().all(|it| it.starts_with("hmac-sha256:")));
}
