//! The conditions of pods that are not as they should be, one line each.

use std::collections::BTreeSet;

use serde_json::Value;
use shipslog_rights::words::CONDITION;

use crate::objects::{items, name, text};
use crate::related::is_ready;

/// Of how many pods; those of one revision tend to have the same trouble.
const PODS: usize = 3;

/// As `condition: Pod httpd-1: Ready is False: containers with unready status: [httpd]`.
pub(super) fn of(pods: &[&Value]) -> Vec<String> {
    let sick = pods.iter().filter(|it| !is_ready(it)).take(PODS);
    sick.flat_map(|it| of_pod(it)).collect()
}

/// `ContainersReady` repeats what `Ready` says, so the same reason is given once.
fn of_pod(pod: &Value) -> Vec<String> {
    let mut given = BTreeSet::new();
    let open = items(pod, "/status/conditions")
        .iter()
        .filter(|it| text(it, "/status") != "True");
    open.filter_map(|it| {
        let why = why(it);
        (why.is_empty() || given.insert(why.clone())).then(|| line(pod, it, &why))
    })
    .collect()
}

fn line(pod: &Value, condition: &Value, why: &str) -> String {
    let (kind, status) = (text(condition, "/type"), text(condition, "/status"));
    let stands = format!("{CONDITION}Pod {}: {kind} is {status}", name(pod));
    if why.is_empty() {
        stands
    } else {
        format!("{stands}: {why}")
    }
}

/// In one line; a condition without a message has a reason at least.
fn why(condition: &Value) -> String {
    let told = [text(condition, "/message"), text(condition, "/reason")];
    let told = told
        .into_iter()
        .find(|it| !it.trim().is_empty())
        .unwrap_or_default();
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, conditions: &Value) -> Value {
        json!({"metadata": {"name": name}, "status": {"conditions": conditions}})
    }

    fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
        json!({"type": kind, "status": status, "reason": reason, "message": message})
    }

    #[test]
    fn what_is_not_true_is_told_and_the_same_reason_once() {
        let unready = "containers with unready\n  status: [httpd]";
        let pod = pod(
            "httpd-1",
            &json!([
                condition("Initialized", "True", "", ""),
                condition("Ready", "False", "ContainersNotReady", unready),
                condition("ContainersReady", "False", "ContainersNotReady", unready),
                condition("example.com/gate", "Unknown", "Starting", ""),
            ]),
        );
        let told = [
            "condition: Pod httpd-1: Ready is False: containers with unready status: [httpd]",
            "condition: Pod httpd-1: example.com/gate is Unknown: Starting",
        ];
        assert_eq!(of(&[&pod]), told);
    }

    #[test]
    fn ready_pods_have_none_and_of_many_a_few_are_enough() {
        let ready = pod("ready", &json!([condition("Ready", "True", "", "")]));
        let pods: Vec<Value> = ["a", "b", "c", "d"]
            .map(|it| pod(it, &json!([condition("Ready", "False", "", "")])))
            .into();
        let pods: Vec<&Value> = std::iter::once(&ready).chain(&pods).collect();
        let told = ["a", "b", "c"].map(|it| format!("condition: Pod {it}: Ready is False"));
        assert_eq!(of(&pods), told);
    }
}
