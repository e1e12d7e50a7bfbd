//! The one line that says what is wrong, so that a person can act on it.

use serde_json::Value;

use super::Around;
use super::notice::Notice;
use crate::health::containers;
use crate::objects::{condition, name, number, text, uid};
use crate::related::is_ready;

/// The most telling thing known: of a pod, of what makes pods, or of the object itself.
pub(super) fn summary(around: &Around<'_>, notices: &[Notice]) -> String {
    let mut sick = around
        .pods
        .as_deref()
        .unwrap_or_default()
        .iter()
        .filter(|it| !is_ready(it));
    let of_pod = sick.find_map(|it| pod_trouble(it, notices));
    of_pod
        .or_else(|| making_trouble(notices))
        .unwrap_or_else(|| state(around, notices))
}

fn state(around: &Around<'_>, notices: &[Notice]) -> String {
    let own = around.object.map(uid).unwrap_or_default();
    match notices
        .iter()
        .rev()
        .find(|it| it.uid == own && it.reason != "Pulling")
    {
        Some(notice) => format!("{}: {} ({})", around.reference, around.state, notice.message),
        None => format!("{}: {}", around.reference, around.state),
    }
}

/// Why pods are not even made: quota, limits, `PodSecurity`.
fn making_trouble(notices: &[Notice]) -> Option<String> {
    let failed = notices.iter().rev().find(|it| it.reason == "FailedCreate")?;
    let why = failed
        .message
        .strip_prefix("Error creating: ")
        .unwrap_or(&failed.message);
    Some(format!("Pods cannot be created: {why}"))
}

fn pod_trouble(pod: &Value, notices: &[Notice]) -> Option<String> {
    let notices: Vec<&Notice> = notices.iter().filter(|it| it.uid == uid(pod)).collect();
    unscheduled(pod)
        .or_else(|| containers(pod).find_map(|it| unmade(it, &notices)))
        .or_else(|| blocked(pod, &notices))
        .or_else(|| containers(pod).find_map(|it| crash(it, &notices)))
        .or_else(|| probe(&notices))
}

fn unscheduled(pod: &Value) -> Option<String> {
    let scheduled = condition(pod, "PodScheduled").filter(|it| text(it, "/status") == "False")?;
    Some(format!(
        "Pod {} cannot be scheduled: {}",
        name(pod),
        text(scheduled, "/message")
    ))
}

/// A container that does not exist: its image or its configuration is the reason.
fn unmade(status: &Value, notices: &[&Notice]) -> Option<String> {
    let container = text(status, "/name");
    let waiting = text(status, "/state/waiting/message");
    match text(status, "/state/waiting/reason") {
        "InvalidImageName" | "ErrImageNeverPull" | "ErrImagePull" | "ImagePullBackOff" => {
            let pulled =
                |it: &&&Notice| it.reason == "Failed" && it.message.starts_with("Failed to pull image");
            let pulled = notices
                .iter()
                .rev()
                .filter(|it| it.container == container)
                .find(pulled);
            let why = pulled.map_or(waiting, |it| it.message.as_str());
            let why = why.rsplit_once(" desc = ").map_or(why, |(_, it)| it);
            Some(format!("Image of container {container} cannot be pulled: {why}"))
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => Some(format!(
            "Container {container} cannot be created: {}",
            short(waiting)
        )),
        _ => None,
    }
}

/// A pod whose containers wait for a volume or for the pod's own sandbox.
fn blocked(pod: &Value, notices: &[&Notice]) -> Option<String> {
    let creating = containers(pod).any(|it| {
        matches!(
            text(it, "/state/waiting/reason"),
            "ContainerCreating" | "PodInitializing"
        )
    });
    notices.iter().rev().filter(|_| creating).find_map(|it| {
        let what = match it.reason.as_str() {
            "FailedMount" | "FailedAttachVolume" => "cannot mount a volume",
            "FailedCreatePodSandBox" => "cannot be started",
            _ => return None,
        };
        Some(format!("Pod {} {what}: {}", name(pod), it.message))
    })
}

/// A container that keeps ending, unless a probe ends it.
fn crash(status: &Value, notices: &[&Notice]) -> Option<String> {
    let container = text(status, "/name");
    let killed = |it: &&&Notice| it.container == container && ends_container(it);
    if notices.iter().any(|it| killed(&it)) {
        return None;
    }
    let ended = ["/state/terminated", "/lastState/terminated"]
        .iter()
        .find_map(|it| status.pointer(it))?;
    let code = number(ended, "/exitCode").unwrap_or(0);
    let looping = text(status, "/state/waiting/reason") == "CrashLoopBackOff";
    if code == 0 && !looping {
        return None;
    }
    let reason = match text(ended, "/reason") {
        "OOMKilled" => " (OOMKilled: it needs more memory than its limit)".to_owned(),
        "" => String::new(),
        other => format!(" ({other})"),
    };
    let said = match text(ended, "/message").trim() {
        "" => String::new(),
        message => format!(": {}", short(message)),
    };
    Some(format!(
        "Container {container} ends with exit code {code}{reason}{said}"
    ))
}

fn ends_container(notice: &Notice) -> bool {
    notice.reason == "Unhealthy"
        && (notice.message.starts_with("Liveness") || notice.message.starts_with("Startup"))
}

/// `Readiness probe failed: …` of the newest such event, with the runtime's wrapping taken off.
fn probe(notices: &[&Notice]) -> Option<String> {
    let unhealthy = || notices.iter().rev().filter(|it| it.reason == "Unhealthy");
    let notice = unhealthy()
        .find(|it| ends_container(it))
        .or_else(|| unhealthy().next())?;
    let (probe, rest) = notice.message.split_once(" probe ")?;
    let why = rest.split_once(": ").map_or(rest, |(_, it)| it);
    let container = if notice.container.is_empty() {
        String::new()
    } else {
        format!(" of container {}", notice.container)
    };
    Some(format!("{probe} probe{container} fails: {}", short(why)))
}

/// A runtime wraps what went wrong in what it was doing; the innermost is what helps.
fn short(message: &str) -> &str {
    let inner = message.rfind("exec: \"").map_or(message, |it| &message[it..]);
    let inner = inner.strip_suffix(": unknown").unwrap_or(inner).trim();
    if inner.is_empty() {
        "it says nothing more"
    } else {
        inner
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::notice;
    use super::*;
    use crate::ObjectReference;

    fn say(pod: &Value, events: &[Value]) -> String {
        let reference = ObjectReference {
            group: "apps".to_owned(),
            version: "v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("web".to_owned()),
            name: "httpd".to_owned(),
        };
        let around = Around {
            reference: &reference,
            state: "0 of 1 pods are available".to_owned(),
            object: None,
            replica_sets: Vec::new(),
            pods: Ok(vec![pod]),
        };
        summary(&around, &notice::of(events, &["p", "rs"]))
    }

    fn pod(status: &Value) -> Value {
        json!({"metadata": {"name": "httpd-1", "uid": "p"}, "status": status})
    }

    fn event(uid: &str, reason: &str, message: &str) -> Value {
        json!({"type": "Warning", "reason": reason, "message": message,
            "involvedObject": {"kind": "Pod", "name": "httpd-1", "uid": uid, "fieldPath": "spec.containers{httpd}"}})
    }

    fn container(state: &Value) -> Value {
        pod(&json!({"containerStatuses": [{"name": "httpd", "state": state}]}))
    }

    #[test]
    fn a_probe_whose_command_does_not_exist_is_said_plainly() {
        let running = container(&json!({"running": {}}));
        for message in [
            "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in \
             container: failed to start exec \"5d\": OCI runtime exec failed: exec failed: unable to start container \
             process: exec: \"no-such-command\": executable file not found in $PATH: unknown",
            "Readiness probe failed: exec: \"no-such-command\": executable file not found in $PATH",
        ] {
            assert_eq!(
                say(&running, &[event("p", "Unhealthy", message)]),
                "Readiness probe of container httpd fails: exec: \"no-such-command\": executable file not found in $PATH"
            );
        }
        let status = "Readiness probe failed: HTTP probe failed with statuscode: 404";
        assert_eq!(
            say(&running, &[event("p", "Unhealthy", status)]),
            "Readiness probe of container httpd fails: HTTP probe failed with statuscode: 404"
        );
    }

    #[test]
    fn an_image_that_cannot_be_pulled_is_named() {
        let waiting = container(&json!({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}));
        let failed = event("p", "Failed", "Failed to pull image \"x:1\": not found");
        assert_eq!(
            say(&waiting, &[failed]),
            "Image of container httpd cannot be pulled: Failed to pull image \"x:1\": not found"
        );
        assert_eq!(
            say(&waiting, &[]),
            "Image of container httpd cannot be pulled: Back-off"
        );
    }

    #[test]
    fn a_crash_is_told_by_its_exit_unless_a_probe_made_it() {
        let crashed = pod(&json!({"containerStatuses": [{"name": "httpd",
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}}}]}));
        let readiness = event("p", "Unhealthy", "Readiness probe failed: connection refused");
        assert_eq!(
            say(&crashed, &[readiness]),
            "Container httpd ends with exit code 1 (Error)"
        );
        let liveness = event("p", "Unhealthy", "Liveness probe failed: connection refused");
        assert_eq!(
            say(&crashed, &[liveness]),
            "Liveness probe of container httpd fails: connection refused"
        );
    }

    #[test]
    fn what_keeps_a_pod_from_starting_is_said() {
        let unscheduled = pod(&json!({"conditions": [{"type": "PodScheduled", "status": "False",
            "message": "0/1 nodes are available: insufficient cpu."}]}));
        assert_eq!(
            say(&unscheduled, &[]),
            "Pod httpd-1 cannot be scheduled: 0/1 nodes are available: insufficient cpu."
        );
        let unmade = container(
            &json!({"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"x\" not found"}}),
        );
        assert_eq!(
            say(&unmade, &[]),
            "Container httpd cannot be created: secret \"x\" not found"
        );
        let creating = container(&json!({"waiting": {"reason": "ContainerCreating"}}));
        assert_eq!(
            say(
                &creating,
                &[event("p", "FailedMount", "configmap \"x\" not found")]
            ),
            "Pod httpd-1 cannot mount a volume: configmap \"x\" not found"
        );
    }

    #[test]
    fn pods_that_are_not_even_made_and_nothing_known_at_all() {
        let ready = pod(&json!({"conditions": [{"type": "Ready", "status": "True"}]}));
        let refused = event(
            "rs",
            "FailedCreate",
            "Error creating: pods \"x\" is forbidden: exceeded quota: compute",
        );
        assert_eq!(
            say(&ready, &[refused]),
            "Pods cannot be created: pods \"x\" is forbidden: exceeded quota: compute"
        );
        assert_eq!(
            say(&ready, &[]),
            "Deployment web/httpd: 0 of 1 pods are available"
        );
    }
}
