//! Events of the cluster, reduced to what a person needs.

use std::fmt;

use serde_json::Value;

use crate::objects::{number, text};

/// Reasons that are not warnings and tell something all the same.
const TELLING: [&str; 4] = ["BackOff", "Killing", "Pulling", "NotTriggerScaleUp"];

/// One event, however often it occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) kind: String,
    pub(super) name: String,
    /// Of the object that it is about.
    pub(super) uid: String,
    /// Where it is about a container.
    pub(super) container: String,
    pub(super) reason: String,
    pub(super) message: String,
    times: i64,
    /// RFC 3339, so that they sort as texts.
    last: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}: {}",
            self.kind, self.name, self.reason, self.message
        )?;
        if self.times > 1 {
            write!(f, " ({} times)", self.times)
        } else {
            Ok(())
        }
    }
}

/// What the events tell about these objects, newest last.
pub(super) fn of(events: &[Value], uids: &[&str]) -> Vec<Notice> {
    let about = |it: &&Value| uids.contains(&text(it, "/involvedObject/uid"));
    let telling = |it: &&Value| text(it, "/type") == "Warning" || TELLING.contains(&text(it, "/reason"));
    let mut found: Vec<Notice> = events.iter().filter(about).filter(telling).map(read).collect();
    found.sort_by(|a, b| a.last.cmp(&b.last));
    merged(found)
}

/// The same thing said several times counts as one, at its last time: the kubelet makes a new event of each failed
/// probe, since the runtime's message holds a number of its own.
fn merged(notices: Vec<Notice>) -> Vec<Notice> {
    let mut kept: Vec<Notice> = Vec::new();
    for mut notice in notices {
        let before = kept.iter().position(|it| it.says_the_same_as(&notice));
        notice.times += before.map_or(0, |it| kept.remove(it).times);
        kept.push(notice);
    }
    kept
}

impl Notice {
    fn says_the_same_as(&self, other: &Self) -> bool {
        (&self.uid, &self.container, &self.reason, &self.message)
            == (&other.uid, &other.container, &other.reason, &other.message)
    }
}

fn read(event: &Value) -> Notice {
    let times = number(event, "/series/count")
        .or_else(|| number(event, "/count"))
        .unwrap_or(1);
    let moments = [
        "/series/lastObservedTime",
        "/lastTimestamp",
        "/eventTime",
        "/metadata/creationTimestamp",
    ];
    let last = moments
        .iter()
        .map(|it| text(event, it))
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    Notice {
        kind: text(event, "/involvedObject/kind").to_owned(),
        name: text(event, "/involvedObject/name").to_owned(),
        uid: text(event, "/involvedObject/uid").to_owned(),
        container: container(text(event, "/involvedObject/fieldPath")).to_owned(),
        reason: text(event, "/reason").to_owned(),
        message: line(text(event, "/message")),
        times,
        last: last.to_owned(),
    }
}

/// In one line, without the cluster's note that it counts several as one and the runtime's report of what it was doing.
fn line(message: &str) -> String {
    let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words
        .strip_prefix("(combined from similar events): ")
        .unwrap_or(&words);
    match (words.find(": rpc error: "), words.rfind(": exec: \"")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", &words[..start], &words[end..]),
        _ => words.to_owned(),
    }
}

/// `spec.containers{httpd}` is about `httpd`.
fn container(path: &str) -> &str {
    path.split_once('{')
        .and_then(|(_, it)| it.strip_suffix('}'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_telling_events_of_the_objects_are_kept_newest_last() {
        let event = |uid: &str, kind: &str, reason: &str, last: &str| {
            json!({"type": kind, "reason": reason, "count": 2,
            "message": "a\n  b", "lastTimestamp": last,
            "involvedObject": {"kind": "Pod", "name": "p", "uid": uid, "fieldPath": "spec.containers{httpd}"}})
        };
        let events = [
            event("1", "Warning", "Unhealthy", "2026-01-01T00:00:02Z"),
            event("1", "Normal", "BackOff", "2026-01-01T00:00:01Z"),
            event("1", "Normal", "Scheduled", "2026-01-01T00:00:00Z"),
            event("2", "Warning", "Unhealthy", "2026-01-01T00:00:03Z"),
        ];
        let found = of(&events, &["1"]);
        let said: Vec<String> = found.iter().map(Notice::to_string).collect();
        assert_eq!(
            said,
            ["Pod p: BackOff: a b (2 times)", "Pod p: Unhealthy: a b (2 times)"]
        );
        assert_eq!(found[0].container, "httpd");
    }

    #[test]
    fn the_same_trouble_is_said_once_with_its_count() {
        let event = |id: &str, last: &str| {
            let message = format!(
                "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to start \
                 exec \"{id}\": OCI runtime exec failed: exec: \"no\": executable file not found in $PATH: unknown"
            );
            json!({"type": "Warning", "reason": "Unhealthy", "count": 2, "message": message, "lastTimestamp": last,
                "involvedObject": {"kind": "Pod", "name": "p", "uid": "1"}})
        };
        let found = of(
            &[
                event("5d", "2026-01-01T00:00:01Z"),
                event("6e", "2026-01-01T00:00:02Z"),
            ],
            &["1"],
        );
        let said: Vec<String> = found.iter().map(Notice::to_string).collect();
        let message = "Pod p: Unhealthy: Readiness probe errored and resulted in unknown state: exec: \"no\": executable \
                       file not found in $PATH: unknown (4 times)";
        assert_eq!(said, [message]);
    }
}
