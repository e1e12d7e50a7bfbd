use serde_json::json;

use crate::fake::{Fake, Reply};
use crate::{ApplyOptions, Cluster, DeleteOptions, Error, ObjectReference, Selection};

fn nothing() -> Fake {
    Fake::new(|_, _| None)
}

fn reference(kind: &str, namespace: Option<&str>, name: &str) -> ObjectReference {
    ObjectReference {
        group: String::new(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: name.to_owned(),
    }
}

async fn complaint(cluster: &Cluster, group: &str, version: &str, kind: &str) -> String {
    let Err(Error::Invalid(causes)) = cluster.kind(group, version, kind).await else {
        panic!()
    };
    causes[0].to_string()
}

#[tokio::test(start_paused = true)]
async fn a_kind_is_looked_up_once_and_again_on_a_miss() {
    let fake = Fake::new(|call, nth| {
        let mut kinds = vec![json!({"kind": "Old", "name": "olds", "namespaced": true})];
        if nth > 0 {
            kinds.push(json!({"kind": "New", "name": "news", "namespaced": false}));
        }
        (call.path == "/apis/example.com/v1").then(|| Reply::Json(200, json!({"resources": kinds})))
    });
    let cluster = fake.cluster();
    for _ in 0..3 {
        assert_eq!(
            cluster.kind("example.com", "v1", "Old").await.unwrap().plural,
            "olds"
        );
    }
    assert_eq!(fake.count("GET", "/apis/example.com/v1"), 1);
    assert!(!cluster.kind("example.com", "v1", "New").await.unwrap().namespaced);
    assert_eq!(fake.count("GET", "/apis/example.com/v1"), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_kind_is_refused_with_a_hint() {
    let cluster = nothing().cluster();
    assert_eq!(
        complaint(&cluster, "apps", "v1", "Deploymnet").await,
        "kind: the cluster knows no `Deploymnet` in `apps/v1`; did you mean `Deployment`?"
    );
    assert_eq!(
        complaint(&cluster, "apps", "v1", "deployments").await,
        "kind: the cluster knows no `deployments` in `apps/v1`; did you mean `Deployment`?"
    );
    let said = complaint(&cluster, "", "v1", "PodLog").await;
    assert!(said.starts_with("kind: the cluster knows no `PodLog`"), "{said}");
    assert_eq!(
        complaint(&cluster, "nope.io", "v1", "X").await,
        "apiVersion: the cluster has no API `nope.io/v1`"
    );
}

#[tokio::test(start_paused = true)]
async fn tricks_in_names_are_refused_before_anything_is_sent() {
    let fake = nothing();
    let cluster = fake.cluster();
    let long = "a".repeat(300);
    for trick in [
        "",
        ".",
        "..",
        "../secrets/x",
        "%2e%2e",
        "a/log",
        "a?x=y",
        "a#b",
        &long,
    ] {
        let named = reference("Pod", None, trick);
        let placed = reference("Pod", Some(trick), "a");
        for object in [&named, &placed] {
            assert!(
                matches!(cluster.get(object).await, Err(Error::Invalid(_))),
                "{object:?}"
            );
            assert!(
                matches!(
                    cluster.delete(object, &DeleteOptions::default()).await,
                    Err(Error::Invalid(_))
                ),
                "{object:?}"
            );
        }
        let manifest = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": trick}});
        assert!(matches!(
            cluster.apply(&manifest, "m", &ApplyOptions::default()).await,
            Err(Error::Invalid(_))
        ));
    }
    for kind in ["pods/log", "Pod/../Secret", "%50od", ""] {
        assert!(
            matches!(
                cluster.get(&reference(kind, None, "a")).await,
                Err(Error::Invalid(_))
            ),
            "{kind}"
        );
    }
    assert!(fake.calls().is_empty(), "{:?}", fake.calls());
}

#[tokio::test(start_paused = true)]
async fn the_default_namespace_is_for_namespaced_kinds_only() {
    let cluster = nothing().cluster();
    let namespace = async |object: ObjectReference| cluster.locate(&object).await.map(|it| it.namespace);
    assert_eq!(
        namespace(reference("Pod", None, "a")).await,
        Ok(Some("web".to_owned()))
    );
    assert_eq!(
        namespace(reference("Pod", Some("b"), "a")).await,
        Ok(Some("b".to_owned()))
    );
    assert_eq!(namespace(reference("Namespace", None, "a")).await, Ok(None));
    assert!(namespace(reference("Namespace", Some("b"), "a")).await.is_err());
    let nowhere = nothing().cluster().in_namespace(None);
    assert!(nowhere.locate(&reference("Pod", None, "a")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_list_is_paged_masked_and_says_what_its_objects_are() {
    let path = "/api/v1/namespaces/web/pods";
    let fake = Fake::new(move |call, _| {
        let items = json!([{"metadata": {"name": "a", "uid": "u"}}]);
        let page = json!({"metadata": {"continue": "more"}, "items": items});
        (call.path == path).then_some(Reply::Json(200, page))
    });
    let selection = Selection {
        version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        label_selector: "a=b".to_owned(),
        fields: vec!["kind".to_owned(), "metadata.name".to_owned()],
        limit: 2,
        continue_from: Some("here".to_owned()),
        ..Selection::default()
    };
    let page = fake.cluster().list(&selection).await.unwrap();
    assert_eq!(page.objects, [json!({"kind": "Pod", "metadata": {"name": "a"}})]);
    assert_eq!(page.continue_from.as_deref(), Some("more"));
    assert_eq!(
        fake.calls().last().unwrap().query,
        "labelSelector=a%3Db&limit=2&continue=here"
    );
}
