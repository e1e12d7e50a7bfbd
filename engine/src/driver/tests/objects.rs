//! What runs tell of objects, on a real log: answers with the entries of their calls, and a cluster named once.

use std::sync::Arc;

use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::object::{Before, ClusterMark, ObjectEvent, ObjectReference};
use shipslog_events::ids::{AttemptId, AttemptNumber, DeploymentId, StreamVersion};
use shipslog_events::journal::JournalKey;
use shipslog_runner::{Intended, Recorder};

use crate::driver::append::context;
use crate::driver::journal_buffer::JournalBuffer;
use crate::driver::object_records::{ObjectRecords, Of};
use crate::driver::recorder::RunRecorder;
use crate::driver::run_secrets::RunSecrets;
use crate::load::{self, DeploymentHistory};
use crate::testing::house::House;
use shipslog_domain::freeze::Address;

/// A run of a deployment on a target, as far as it tells things.
async fn recorder(house: &House, id: DeploymentId, target: &str) -> RunRecorder {
    let tools = &house.engine.tools;
    let history = history(house, id).await;
    let attempt = AttemptId {
        step: "Go".into(),
        target: target.into(),
        attempt: AttemptNumber::FIRST,
    };
    let secrets = Arc::new(RunSecrets::new(Arc::clone(&tools.secrets)));
    let lane = history.deployment.lane.clone();
    let address = Address {
        url: "https://cluster".into(),
        certificate: "PEM".into(),
        account: "deployer".into(),
    };
    let of = Of {
        deployment: id,
        attempt: &attempt,
        cause: history.request(),
        address: &address,
        cluster: None,
    };
    let known = load::objects(&*tools.store.events, &lane).await.unwrap();
    let key = JournalKey::of(id, &attempt);
    RunRecorder {
        log: Arc::clone(&tools.store.events),
        journals: Arc::clone(&tools.store.journals),
        task_log: Arc::clone(&tools.store.task_log),
        live: tools.live.clone(),
        journal: Arc::new(JournalBuffer::new(&tools.store.journals, &secrets, key)),
        secrets,
        deployment: id,
        objects: ObjectRecords::new(&of, known),
        lane,
        cause: history.request(),
        context: context(&history),
        attempt,
    }
}

async fn history(house: &House, id: DeploymentId) -> DeploymentHistory {
    let loaded = load::deployment(&*house.engine.tools.store.events, id).await;
    loaded.unwrap().unwrap().state
}

async fn told(house: &House, id: DeploymentId) -> Vec<ObjectEvent> {
    let lane = history(house, id).await.deployment.lane;
    let events = &house.engine.tools.store.events;
    let told = events
        .stream(Stream::Objects(lane), StreamVersion::NONE)
        .await
        .unwrap();
    let event = |it: shipslog_events::Recorded| match it.event {
        Event::Object(event) => event,
        other => panic!("{other:?}"),
    };
    told.into_iter().map(event).collect()
}

fn kinds(told: &[ObjectEvent]) -> Vec<&'static str> {
    told.iter().map(|it| Event::from(it.clone()).kind().0).collect()
}

fn page() -> ObjectReference {
    ObjectReference {
        group: String::new(),
        version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: None,
        name: "page".into(),
    }
}

fn marks(namespace: &str) -> Vec<ClusterMark> {
    let own = ClusterMark::Namespace {
        name: namespace.to_owned(),
        uid: format!("of {namespace}"),
    };
    vec![ClusterMark::KubeSystem { uid: "k".into() }, own]
}

async fn deployed() -> (House, DeploymentId) {
    let house = House::with(&["wait"]).await;
    let id = house.deploy("wait", "Development").await.unwrap().deployment;
    house.running(id).await;
    (house, id)
}

#[tokio::test]
async fn two_runs_that_begin_at_once_in_a_cluster_name_it_once() {
    let (house, id) = deployed().await;
    let (one, other) = (
        recorder(&house, id, "One").await,
        recorder(&house, id, "Other").await,
    );
    // Both have read that nobody knows of any cluster, and one may read less of it.
    for (run, marks) in [(&one, &marks("own")[1..]), (&other, &marks("own"))] {
        run.cluster_recognised(0, marks.to_vec()).await.unwrap().unwrap();
    }
    let named: Vec<_> = told(&house, id)
        .await
        .into_iter()
        .map(|it| match it {
            ObjectEvent::ClusterRecognised { cluster, target, .. } => (target.to_string(), cluster),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(named.len(), 2);
    assert_eq!(named[0].1, named[1].1, "{named:?}");
}

#[tokio::test]
async fn what_came_of_a_call_is_durable_with_its_entry_and_not_before() {
    let (house, id) = deployed().await;
    let run = recorder(&house, id, "One").await;
    run.cluster_recognised(3, marks("own")).await.unwrap().unwrap();
    let intended = Intended {
        object: page(),
        before: Before::Absent,
        takes: Vec::new(),
        deletes: false,
        found: None,
    };
    run.object_intended(3, 0, intended).await.unwrap();
    run.object_refused(3, &page());
    // Told in the middle of the call, as a refusal of the API server is.
    run.denied(3, shipslog_events::event::deployment::Layer::Cluster, "no", None)
        .await
        .unwrap();
    let before = ["cluster-recognised", "object-intended"];
    assert_eq!(kinds(&told(&house, id).await), before, "its entry is not there");
    run.entry(b"{}".to_vec(), Vec::new());
    run.flush().await.unwrap();
    assert_eq!(kinds(&told(&house, id).await)[2..], ["object-refused"]);
}

#[tokio::test]
async fn a_run_that_ends_in_the_middle_of_a_call_keeps_what_came_of_it() {
    let (house, id) = deployed().await;
    let run = recorder(&house, id, "One").await;
    run.cluster_recognised(3, marks("own")).await.unwrap().unwrap();
    run.object_refused(3, &page());
    let waiting = run.journal.take_all();
    assert_eq!(waiting.objects.len(), 1);
}
