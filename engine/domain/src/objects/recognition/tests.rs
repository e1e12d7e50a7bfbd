//! Which cluster is which, by what deployments saw there.

use shipslog_events::event::object::ObjectEvent;

use super::*;
use crate::objects::evolve;

fn kube_system(uid: &str) -> ClusterMark {
    ClusterMark::KubeSystem { uid: uid.into() }
}

fn namespace(name: &str, uid: &str) -> ClusterMark {
    let (name, uid) = (name.into(), uid.into());
    ClusterMark::Namespace { name, uid }
}

fn address(digest: &str) -> ClusterMark {
    ClusterMark::Address {
        digest: digest.into(),
    }
}

/// What is known after deployments saw these marks, one after the other.
fn seen(all: &[&[ClusterMark]]) -> Objects {
    all.iter()
        .zip(1..)
        .fold(Objects::default(), |objects, (marks, number)| {
            let recognised = ObjectEvent::ClusterRecognised {
                deployment: DeploymentId(number),
                target: "Web".into(),
                cluster: objects.recognise(marks),
                marks: marks.to_vec(),
            };
            evolve(objects, &recognised)
        })
}

fn is_the_same(before: &[&[ClusterMark]], now: &[ClusterMark]) -> bool {
    let objects = seen(before);
    let cluster = objects.recognise(now);
    objects.led_to(DeploymentId(before.len() as u64), &"Web".into()) == Some(&cluster)
}

#[test]
fn a_cluster_is_recognised_by_the_strongest_that_can_be_read() {
    let known = [kube_system("a"), address("1")];
    assert!(
        is_the_same(&[&known], &[kube_system("a"), address("2")]),
        "another CA"
    );
    assert!(
        !is_the_same(&[&known], &[kube_system("b"), address("1")]),
        "made anew at its address"
    );
    assert!(
        is_the_same(&[&known], &[address("1")]),
        "the account may read less now"
    );
    assert!(is_the_same(&[&known], &[namespace("web", "n"), address("1")]));
    assert!(
        is_the_same(&[&[address("1")], &known], &[kube_system("a")]),
        "it may read more now"
    );
}

#[test]
fn a_namespace_tells_clusters_apart_where_nothing_stronger_can_be_read() {
    let known = [namespace("web", "n"), address("1")];
    assert!(is_the_same(&[&known], &[namespace("web", "n"), address("2")]));
    assert!(!is_the_same(&[&known], &[namespace("web", "m"), address("1")]));
    assert!(
        is_the_same(&[&known], &[namespace("other", "m"), address("1")]),
        "another target's namespace"
    );
}

#[test]
fn a_cluster_and_back_is_the_first_one_again() {
    let (one, two) = ([kube_system("a")], [kube_system("b")]);
    let first = seen(&[&one]).recognise(&one);
    assert_eq!(seen(&[&one, &two]).recognise(&one), first);
    assert_ne!(seen(&[&one]).recognise(&two), first);
}

#[test]
fn only_the_latest_deployment_is_led_somewhere() {
    let objects = seen(&[&[kube_system("a")], &[kube_system("b")]]);
    assert_eq!(objects.led_to(DeploymentId(1), &"Web".into()), None);
    assert!(objects.led_to(DeploymentId(2), &"Web".into()).is_some());
}
