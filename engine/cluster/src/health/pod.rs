//! Pods.

use serde_json::Value;

use super::{Health, progressing};
use crate::objects::{condition, items, text};

pub(super) fn health(object: &Value) -> Health {
    match text(object, "/status/phase") {
        "Succeeded" => return Health::Ready,
        "Failed" => return Health::Failed(end(object)),
        _ => {}
    }
    if condition(object, "Ready").is_some_and(|it| text(it, "/status") == "True") {
        return Health::Ready;
    }
    match hopeless(object) {
        Some(why) => Health::Failed(why),
        None => progressing(waits_for(object)),
    }
}

/// Why a pod can never start as it is, though the kubelet goes on trying.
pub(crate) fn hopeless(pod: &Value) -> Option<String> {
    containers(pod).find_map(|status| {
        let reason = text(status, "/state/waiting/reason");
        let message = text(status, "/state/waiting/message");
        let never = match reason {
            "InvalidImageName" | "ErrImageNeverPull" => true,
            // The kubelet says the same while it has not yet read a ConfigMap that does exist.
            "CreateContainerConfigError" => !message.contains("failed to sync"),
            _ => false,
        };
        never.then(|| {
            format!(
                "container {} cannot be created: {reason}: {message}",
                text(status, "/name")
            )
        })
    })
}

/// The statuses of all containers, the init containers first.
pub(crate) fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    items(pod, "/status/initContainerStatuses")
        .iter()
        .chain(items(pod, "/status/containerStatuses"))
}

fn end(pod: &Value) -> String {
    let said = [text(pod, "/status/reason"), text(pod, "/status/message")];
    let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
    if said.is_empty() {
        "it has failed".to_owned()
    } else {
        said.join(": ")
    }
}

fn waits_for(pod: &Value) -> String {
    let scheduled = condition(pod, "PodScheduled").filter(|it| text(it, "/status") == "False");
    if let Some(scheduled) = scheduled {
        return format!("it is not scheduled: {}", text(scheduled, "/message"));
    }
    let waiting = containers(pod).find(|it| !text(it, "/state/waiting/reason").is_empty());
    match waiting {
        Some(it) => format!(
            "container {} waits: {}",
            text(it, "/name"),
            text(it, "/state/waiting/reason")
        ),
        None => "its containers are not ready yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(reason: &str, message: &str) -> Value {
        json!({"status": {"phase": "Pending", "containerStatuses": [
            {"name": "c", "state": {"waiting": {"reason": reason, "message": message}}}]}})
    }

    #[test]
    fn ready_and_succeeded_pods_are_healthy() {
        let ready =
            json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}});
        assert_eq!(health(&ready), Health::Ready);
        assert_eq!(health(&json!({"status": {"phase": "Succeeded"}})), Health::Ready);
        let failed = json!({"status": {"phase": "Failed", "reason": "Evicted", "message": "disk"}});
        assert_eq!(health(&failed), Health::Failed("Evicted: disk".to_owned()));
    }

    #[test]
    fn only_what_can_never_start_is_hopeless() {
        let table = [
            ("InvalidImageName", "m", true),
            ("ErrImageNeverPull", "m", true),
            ("CreateContainerConfigError", "secret \"x\" not found", true),
            (
                "CreateContainerConfigError",
                "failed to sync configmap cache: timed out",
                false,
            ),
            ("ErrImagePull", "m", false),
            ("ImagePullBackOff", "m", false),
            ("CrashLoopBackOff", "m", false),
            ("ContainerCreating", "", false),
        ];
        for (reason, message, never) in table {
            let found = health(&waiting(reason, message));
            assert_eq!(
                matches!(found, Health::Failed(_)),
                never,
                "{reason} {message}: {found:?}"
            );
        }
    }
}
