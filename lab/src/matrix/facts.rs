//! The log's facts and the task log of a deployment, without ids, times and what is random.

use std::fmt;

use serde_json::Value;

use super::words::Words;

/// An event: its stream, its type, its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    stream: String,
    kind: String,
    facts: Value,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.stream, self.kind, self.facts)
    }
}

/// Says that the server had stopped: the one event that only a run has that was interrupted.
const RESUMED: &str = "attempt-resumed";

/// Random, or a hash over what is random. How many entries a journal has is compared, and what a write changed.
const RANDOM: [(&str, &str); 10] = [
    ("attempt-started", "/seed"),
    ("attempt-ended", "/journal/hash"),
    ("object-intended", "/before/present/uid"),
    ("object-intended", "/before/present/digest"),
    ("object-written", "/uid"),
    ("object-written", "/digest"),
    ("object-written", "/sent"),
    ("object-removed", "/uid"),
    // Seen by whichever call looks first.
    ("object-removed", "/call"),
    ("cluster-recognised", "/marks/1/namespace/uid"),
];

/// An object may be gone before a delete that is sent again is answered: then its end alone is told.
const TAKEN: &str = "object-deleted";

/// The facts in the log's order, and how often a run was resumed.
pub(crate) fn of(events: &[Value], namespace: &str) -> (Vec<Fact>, usize) {
    let words = Words::of_namespace(namespace);
    let (resumed, others): (Vec<&Value>, Vec<&Value>) = events.iter().partition(|it| it["type"] == RESUMED);
    let told = others.into_iter().filter(|it| it["type"] != TAKEN);
    let facts = told.map(|it| fact(it, &words)).collect();
    (facts, resumed.len())
}

fn fact(event: &Value, words: &Words) -> Fact {
    let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
    let mut facts = words.value(&event["facts"]);
    for (_, place) in RANDOM.iter().filter(|(kind, _)| event["type"] == *kind) {
        if let Some(value) = facts.pointer_mut(place) {
            *value = "<random>".into();
        }
    }
    Fact {
        stream: text("stream"),
        kind: text("type"),
        facts,
    }
}

/// Lines of the task log with their attempts.
pub(crate) fn lines(log: &[Value], namespace: &str) -> Vec<String> {
    let words = Words::of_namespace(namespace);
    let line = |it: &Value| {
        format!(
            "attempt {}, {}: {}",
            it["attempt"],
            it["level"].as_str().unwrap_or_default(),
            words.text(it["message"].as_str().unwrap_or_default())
        )
    };
    log.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, facts: &Value, position: u64) -> Value {
        json!({ "position": position, "id": format!("id-{position}"), "stream": "deployment/1", "type": kind, "facts": facts,
                "recordedAt": format!("at {position}") })
    }

    #[test]
    fn a_resumed_run_has_the_same_facts_and_one_more_event() {
        let started = |seed: &str| json!({ "attempt": 1, "seed": seed });
        let ended = |hash: &str| json!({ "attempt": 1, "journal": { "entries": 4, "hash": hash } });
        let undisturbed = [
            event("attempt-started", &started("1"), 1),
            event("attempt-ended", &ended("2"), 2),
        ];
        let resumed = [
            event("attempt-started", &started("3"), 7),
            event(RESUMED, &json!({ "entries": 2 }), 8),
            event("attempt-ended", &ended("4"), 9),
        ];
        let (facts, times) = of(&undisturbed, "run-1");
        assert_eq!(times, 0);
        assert_eq!(of(&resumed, "run-2"), (facts, 1));
    }

    #[test]
    fn a_fact_more_or_another_is_seen() {
        let one = event("output-set", &json!({ "name": "service" }), 1);
        let other = event("output-set", &json!({ "name": "workload" }), 1);
        let facts = |events: &[Value]| of(events, "run-1").0;
        let only = facts(std::slice::from_ref(&one));
        assert_ne!(only, facts(&[other]));
        assert_ne!(only, facts(&[one.clone(), one]));
    }

    #[test]
    fn lines_name_no_namespace_and_no_time() {
        let line = |namespace: &str, at: &str| json!({ "at": at, "attempt": 1, "level": "info", "message": format!("created ConfigMap {namespace}/a") });
        assert_eq!(
            lines(&[line("run-1", "1")], "run-1"),
            ["attempt 1, info: created ConfigMap <namespace>/a"]
        );
        assert_eq!(
            lines(&[line("run-1", "1")], "run-1"),
            lines(&[line("run-2", "2")], "run-2")
        );
    }
}
