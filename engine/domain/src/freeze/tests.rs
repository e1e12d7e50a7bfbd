//! What a run is given, and what stands in its way.

use shipslog_events::event::configuration::{Phase, ProcessStep};
use shipslog_events::event::deployment::{AttemptOutcome, DeploymentEvent, PlannedStep, PlannedTarget};
use shipslog_events::event::object::{Change, ObjectCall, ObjectDigest, ObjectEvent, ObjectReference};
use shipslog_events::event::process::Entry;
use shipslog_events::event::release::{FrozenStep, ReleaseEvent};
use shipslog_events::ids::{AttemptNumber, DeploymentId};
use shipslog_events::stream::LaneKey;

use super::*;
use crate::document::Project;
use crate::{deployment, objects, release};

/// Everything that a run of step `Go` on target `Web` is frozen from.
struct Ground {
    deployment: Deployment,
    release: Release,
    snapshot: Snapshot,
    documents: BTreeMap<Key, Document>,
    schema: Value,
    objects: Objects,
    cluster: Option<ClusterId>,
}

impl Ground {
    fn new(with: &Value) -> Self {
        let documents = [
            json!({ "kind": "Certificate", "name": "ca", "pem": "PEM" }),
            json!({ "kind": "Target", "name": "Web", "environments": ["Development"], "roles": ["web"],
                "account": "deployer", "namespace": "web-development",
                "cluster": { "url": "https://cluster", "certificate": "ca" } }),
        ];
        let documents = documents.map(|it| serde_json::from_value::<Document>(it).unwrap());
        let project = json!({ "name": "Shop", "lifecycle": "Default",
            "process": [{ "name": "Go", "uses": "go@1", "roles": ["web"], "with": with }] });
        let project: Project = serde_json::from_value(project).unwrap();
        Self {
            deployment: deployment::evolve(None, &requested()).unwrap(),
            release: released(),
            snapshot: Snapshot::of(&project),
            documents: documents.into_iter().map(|it| (it.key(), it)).collect(),
            schema: json!({ "type": "object", "additionalProperties": false,
                "properties": { "text": { "type": "string" } } }),
            objects: Objects::default(),
            cluster: None,
        }
    }

    fn freeze(&self) -> Result<Frozen, Impossible> {
        let sources = Sources {
            instance: Uuid::nil(),
            deployment: &self.deployment,
            request: EventId(Uuid::nil()),
            release: &self.release,
            snapshot: &self.snapshot,
            documents: &self.documents,
            objects: &self.objects,
            cluster: self.cluster.as_ref(),
            schema: &self.schema,
        };
        freeze(&id(), &sources)
    }

    fn without(mut self, kind: Kind, name: &str) -> Self {
        self.documents.remove(&(kind, name.to_owned()));
        self
    }
}

fn id() -> AttemptId {
    AttemptId {
        step: "Go".into(),
        target: "Web".into(),
        attempt: AttemptNumber::FIRST,
    }
}

fn step() -> FrozenStep {
    FrozenStep {
        step: ProcessStep {
            name: "Go".into(),
            uses: "go@1".into(),
            roles: vec!["web".into()],
        },
        component: "sha256:00".into(),
    }
}

fn requested() -> DeploymentEvent {
    DeploymentEvent::DeploymentRequested {
        deployment: DeploymentId(7),
        project: "Shop".into(),
        release: "1.0.0".into(),
        environment: "Development".into(),
        phase: Phase {
            name: "Development".into(),
            environments: vec!["Development".into()],
        },
        lane: LaneKey::new("shop", "development"),
        process: vec![Entry::Run(PlannedStep {
            step: step(),
            targets: vec!["Web".into()],
        })],
        targets: vec![PlannedTarget {
            name: "Web".into(),
            revision: 1,
            account: "deployer".into(),
            certificate: "ca".into(),
            namespace: Some("web-development".into()),
            roles: vec!["web".into()],
        }],
    }
}

fn released() -> Release {
    let created = ReleaseEvent::ReleaseCreated {
        project: "Shop".into(),
        version: "1.0.0".into(),
        lifecycle: "Default".into(),
        revision: 1,
        packages: Vec::new(),
        process: vec![Entry::Run(step())],
    };
    let releases = release::evolve(release::Releases::default(), &created);
    releases.find(&"1.0.0".into()).unwrap().clone()
}

#[test]
fn a_run_is_given_its_inputs_its_cluster_and_where_it_stands() {
    let text = "#{Octopus.Deployment.Id} to #{Octopus.Action.Kubernetes.Namespace}";
    let frozen = Ground::new(&json!({ "text": text })).freeze().unwrap();
    assert_eq!(
        frozen.inputs,
        json!({ "text": "deployments-7 to web-development" })
    );
    let Given {
        situation, cluster, ..
    } = frozen.given;
    assert_eq!(
        (cluster.url.as_str(), cluster.certificate.as_str()),
        ("https://cluster", "PEM")
    );
    assert_eq!(situation.field_manager(), "shipslog:shop:go");
    assert_eq!(situation.labels["shipslog.dev/deployment"], "deployments-7");
    assert_eq!(situation.annotations["shipslog.dev/step-name"], "Go");
}

#[test]
fn what_a_run_is_given_beside_its_inputs_reads_back_from_its_body() {
    let given = Ground::new(&json!({})).freeze().unwrap().given;
    let body = serde_json::to_value(&given).unwrap();
    assert_eq!(serde_json::from_value::<Given>(body).unwrap(), given);
}

#[test]
fn a_target_without_its_documents_is_named() {
    for (kind, name) in [(Kind::Target, "Web"), (Kind::Certificate, "ca")] {
        let impossible = Ground::new(&json!({})).without(kind, name).freeze().unwrap_err();
        assert_eq!(impossible, Impossible::NoTarget("Web".into()));
        assert_eq!(impossible.outcome(), AttemptOutcome::Failed);
    }
}

#[test]
fn inputs_that_do_not_fit_there_are_named_with_their_paths() {
    let impossible = Ground::new(&json!({ "text": 1 })).freeze().unwrap_err();
    let said = impossible.to_string();
    assert!(
        said.starts_with("the step's inputs cannot be used here: with.text"),
        "{said}"
    );
}

fn at(url: &str, account: &str, environment: &str) -> Document {
    let target = json!({ "kind": "Target", "name": "Web", "environments": [environment], "roles": ["web"],
        "account": account, "namespace": "web-development", "cluster": { "url": url, "certificate": "ca" } });
    serde_json::from_value(target).unwrap()
}

#[test]
fn what_is_tried_again_goes_to_where_its_target_leads_now() {
    let mut ground = Ground::new(&json!({}));
    let frozen = ground.freeze().unwrap().given;
    let latest = |ground: &Ground| latest_address(&ground.documents, &ground.deployment, &id());
    let moved = at("https://moved", "deployer", "Development");
    ground.documents.insert(moved.key(), moved);
    assert_eq!(latest(&ground).unwrap().url, "https://moved");
    let another = at("https://moved", "other", "Development");
    ground.documents.insert(another.key(), another);
    let as_before = latest(&ground).unwrap();
    assert_eq!(as_before.account, frozen.cluster.account, "as it was requested");
    ground.documents.remove(&(Kind::Certificate, "ca".to_owned()));
    assert_eq!(latest(&ground).unwrap_err(), Impossible::NoTarget("Web".into()));
}

#[test]
fn a_target_that_another_environment_has_by_now_is_not_used() {
    let mut ground = Ground::new(&json!({}));
    let taken = at("https://production", "deployer", "Production");
    ground.documents.insert(taken.key(), taken);
    let moved = Impossible::TargetMoved {
        target: "Web".into(),
        environment: "Development".into(),
    };
    assert_eq!(ground.freeze().unwrap_err(), moved);
    let again = latest_address(&ground.documents, &ground.deployment, &id());
    assert_eq!(again.unwrap_err(), moved);
}

#[test]
fn a_run_is_told_what_earlier_ones_left_in_its_cluster_not_in_another() {
    let mut ground = Ground::new(&json!({}));
    for (cluster, name) in [("here", "web-1"), ("elsewhere", "web-2")] {
        ground.objects = objects::evolve(std::mem::take(&mut ground.objects), &written(cluster, name));
    }
    ground.cluster = Some("here".into());
    let inventory = ground.freeze().unwrap().given.situation.inventory;
    let names: Vec<_> = inventory.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["web-1"]);
}

fn written(cluster: &str, name: &str) -> ObjectEvent {
    ObjectEvent::ObjectWritten {
        call: ObjectCall {
            deployment: DeploymentId(6),
            attempt: id(),
            call: 0,
            cluster: cluster.into(),
            object: ObjectReference {
                group: "apps".into(),
                version: "v1".into(),
                kind: "Deployment".into(),
                namespace: Some("web-development".into()),
                name: name.into(),
            },
        },
        change: Change::Created,
        uid: "u".into(),
        digest: ObjectDigest::from_bytes([1; 32]),
        sent: ObjectDigest::from_bytes([2; 32]),
        sent_with: None,
    }
}

#[test]
fn a_run_has_as_long_as_its_inputs_ask_half_an_hour_at_least_and_a_day_at_most() {
    let limits = [
        None,
        Some(0),
        Some(1800),
        Some(7200),
        Some(86_400),
        Some(u64::MAX),
    ];
    assert_eq!(limits.map(time_limit), [1800, 1800, 1800, 7200, 86_400, 86_400]);
}

#[test]
fn a_target_that_was_edited_since_the_request_is_what_it_was_and_reached_where_it_is_now() {
    let mut ground = Ground::new(&json!({ "text": "#{Octopus.Action.Kubernetes.Namespace}" }));
    let edited = json!({ "kind": "Target", "name": "Web", "environments": ["Development"], "roles": ["other"],
        "account": "administrator", "namespace": "elsewhere",
        "cluster": { "url": "https://moved", "certificate": "ca" } });
    let edited: Document = serde_json::from_value(edited).unwrap();
    ground.documents.insert(edited.key(), edited);
    let Frozen { inputs, given } = ground.freeze().unwrap();
    assert_eq!(inputs["text"], "web-development");
    assert_eq!(given.namespace.as_deref(), Some("web-development"));
    assert_eq!(given.cluster.account, "deployer".into());
    assert_eq!(given.cluster.url, "https://moved");
}

#[test]
fn credentials_are_not_sent_to_another_cluster() {
    let mut ground = Ground::new(&json!({}));
    let other = json!({ "kind": "Certificate", "name": "other", "pem": "PEM" });
    let moved = json!({ "kind": "Target", "name": "Web", "environments": ["Development"], "roles": ["web"],
        "account": "other", "namespace": "web-development",
        "cluster": { "url": "https://other", "certificate": "other" } });
    for document in [other, moved] {
        let document: Document = serde_json::from_value(document).unwrap();
        ground.documents.insert(document.key(), document);
    }
    let elsewhere = Impossible::TargetElsewhere("Web".into());
    assert_eq!(ground.freeze().unwrap_err(), elsewhere);
    let again = latest_address(&ground.documents, &ground.deployment, &id());
    assert_eq!(again.unwrap_err(), elsewhere);
}
