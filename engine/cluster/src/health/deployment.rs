//! Deployments and the `ReplicaSets` below them.

use serde_json::Value;

use super::{Health, Related, doomed, part, progressing, replicas, unobserved};
use crate::objects::{condition, number, text};

pub(super) fn health(object: &Value, related: &Related<'_>) -> Health {
    if let Some(unobserved) = unobserved(object) {
        return unobserved;
    }
    let rollout = rollout(object);
    if rollout == Health::Ready {
        return rollout;
    }
    if let Some(late) = deadline_passed(object) {
        return late;
    }
    doomed(related).unwrap_or(rollout)
}

/// As `kubectl rollout status` reads it.
fn rollout(object: &Value) -> Health {
    let wanted = replicas(object);
    let count = |field: &str| number(object, &format!("/status/{field}")).unwrap_or(0);
    let (updated, available, all) = (
        count("updatedReplicas"),
        count("availableReplicas"),
        count("replicas"),
    );
    if updated < wanted {
        return because(object).unwrap_or_else(|| part(updated, wanted, "updated"));
    }
    if all > updated {
        return progressing(format!("{} old pods are still there", all - updated));
    }
    if available < wanted {
        return because(object).unwrap_or_else(|| part(available, wanted, "available"));
    }
    Health::Ready
}

/// What keeps the pods from being made, such as a quota.
fn because(object: &Value) -> Option<Health> {
    if object.pointer("/spec/paused").and_then(Value::as_bool) == Some(true) {
        return Some(progressing("the rollout is paused"));
    }
    let failure = condition(object, "ReplicaFailure").filter(|it| text(it, "/status") == "True")?;
    Some(progressing(text(failure, "/message")))
}

fn deadline_passed(object: &Value) -> Option<Health> {
    let progress = condition(object, "Progressing")?;
    if text(progress, "/status") != "False" || text(progress, "/reason") != "ProgressDeadlineExceeded" {
        return None;
    }
    let seconds = number(object, "/spec/progressDeadlineSeconds").unwrap_or(600);
    let available = number(object, "/status/availableReplicas").unwrap_or(0);
    let wanted = replicas(object);
    Some(Health::Failed(format!(
        "the rollout made no progress for {seconds} s (progressDeadlineSeconds): {available} of {wanted} pods are available"
    )))
}

pub(super) fn replica_set(object: &Value, related: &Related<'_>) -> Health {
    if let Some(unobserved) = unobserved(object) {
        return unobserved;
    }
    let wanted = replicas(object);
    let available = number(object, "/status/availableReplicas").unwrap_or(0);
    if available >= wanted {
        return Health::Ready;
    }
    doomed(related)
        .or_else(|| because(object))
        .unwrap_or_else(|| part(available, wanted, "available"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(status: &Value) -> Value {
        json!({"metadata": {"generation": 2}, "spec": {"replicas": 2, "progressDeadlineSeconds": 60}, "status": status})
    }

    fn of(status: &Value) -> Health {
        health(&deployment(status), &Related::default())
    }

    #[test]
    fn a_rollout_is_read_as_kubectl_reads_it() {
        let table = [
            (json!({}), "its controller has not seen generation 2 yet"),
            (
                json!({"observedGeneration": 1, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}),
                "its controller has not seen generation 2 yet",
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 1, "replicas": 3, "availableReplicas": 2}),
                "1 of 2 pods are updated",
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 3, "availableReplicas": 3}),
                "1 old pods are still there",
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 1}),
                "1 of 2 pods are available",
            ),
            (
                json!({"observedGeneration": 2, "conditions": [
                {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: compute"}]}),
                "exceeded quota: compute",
            ),
        ];
        for (status, reason) in table {
            assert_eq!(of(&status), progressing(reason), "{status}");
        }
        let done =
            json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2});
        assert_eq!(of(&done), Health::Ready);
    }

    #[test]
    fn none_wanted_and_none_there_is_healthy() {
        let object = json!({"metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {"observedGeneration": 1}});
        assert_eq!(health(&object, &Related::default()), Health::Ready);
    }

    #[test]
    fn a_passed_deadline_is_a_failure_unless_it_came_true_after_all() {
        let late = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
        let Health::Failed(why) =
            of(&json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "conditions": late}))
        else {
            panic!()
        };
        assert!(why.contains("60 s") && why.contains("0 of 2"), "{why}");
        let healed = json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2,
            "conditions": late});
        assert_eq!(of(&healed), Health::Ready);
    }

    #[test]
    fn a_deadline_of_an_older_generation_does_not_count() {
        let late = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
        assert!(matches!(
            of(&json!({"observedGeneration": 1, "conditions": late})),
            Health::Progressing(_)
        ));
    }

    #[test]
    fn a_hopeless_pod_fails_it_early_and_a_crash_loop_does_not() {
        let pod = |reason: &str| {
            json!({"metadata": {"name": "p"}, "status": {"containerStatuses": [
            {"name": "c", "state": {"waiting": {"reason": reason, "message": "m"}}}]}})
        };
        let object = deployment(&json!({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2}));
        for (reason, early) in [
            ("InvalidImageName", true),
            ("CrashLoopBackOff", false),
            ("ErrImagePull", false),
        ] {
            let pod = pod(reason);
            let found = health(&object, &Related { pods: vec![&pod] });
            assert_eq!(matches!(found, Health::Failed(_)), early, "{reason}: {found:?}");
        }
    }

    #[test]
    fn a_replica_set_counts_available_pods() {
        let object = |available: i64| {
            json!({"metadata": {"generation": 1}, "spec": {"replicas": 1},
            "status": {"observedGeneration": 1, "availableReplicas": available}})
        };
        assert_eq!(replica_set(&object(1), &Related::default()), Health::Ready);
        assert_eq!(
            replica_set(&object(0), &Related::default()),
            part(0, 1, "available")
        );
    }
}
