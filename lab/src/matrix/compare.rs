//! Two runs of the same deployment: what differs, in words.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value;

use super::facts::Fact;
use super::plan::Call;

/// Everything that a run leaves behind, without what differs from run to run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traces {
    /// How the deployment ended.
    pub(crate) outcome: String,
    /// How many attempts there were.
    pub(crate) attempts: usize,
    /// How often one was resumed.
    pub(crate) resumed: usize,
    /// The log's facts in order.
    pub(crate) facts: Vec<Fact>,
    /// The task log.
    pub(crate) lines: Vec<String>,
    /// The calls in the journal.
    pub(crate) calls: Vec<Call>,
    /// The objects in the cluster.
    pub(crate) objects: BTreeMap<String, Value>,
    /// How often which object was changed by which verb.
    pub(crate) changes: BTreeMap<String, usize>,
    /// Writes that were accepted, those that changed nothing included.
    pub(crate) sent: usize,
    /// What `audit verify` complained of.
    pub(crate) complaint: Option<String>,
}

/// What a run that was resumed so often left otherwise than the undisturbed one; nothing if it is the same.
pub(crate) fn differences(undisturbed: &Traces, run: &Traces, resumed: usize) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(other("the outcome", &undisturbed.outcome, &run.outcome));
    found.extend(other("the number of attempts", &1, &run.attempts));
    found.extend(other("the number of resumes", &resumed, &run.resumed));
    found.extend(sequence("fact", &undisturbed.facts, &run.facts));
    found.extend(sequence(
        "line of the task log",
        &said(&undisturbed.lines),
        &said(&run.lines),
    ));
    found.extend(sequence("entry of the journal", &undisturbed.calls, &run.calls));
    found.extend(objects(&undisturbed.objects, &run.objects));
    found.extend(changes(&undisturbed.changes, &run.changes));
    found.extend(
        run.complaint
            .iter()
            .map(|it| format!("`audit verify` says: {it}")),
    );
    found
}

/// Lines without what an apply is told of itself: one that is sent again after a crash changes nothing, and says so.
fn said(lines: &[String]) -> Vec<String> {
    let without = |it: &String| match it.split_once(" of them new or changed") {
        Some((before, after)) => format!(
            "{} of them new or changed{after}",
            before.trim_end_matches(|it: char| it.is_ascii_digit())
        ),
        None => it.replace("info: unchanged: ", "info: applied "),
    };
    lines.iter().map(without).collect()
}

fn other<T: PartialEq + Display>(what: &str, wanted: &T, found: &T) -> Option<String> {
    (wanted != found).then(|| format!("{what} is {found}, not {wanted}"))
}

/// The first place where they part.
fn sequence<T: PartialEq + Display>(what: &str, wanted: &[T], found: &[T]) -> Option<String> {
    let same = wanted.iter().zip(found).take_while(|(a, b)| a == b).count();
    let shown = |it: Option<&T>| it.map_or_else(|| "nothing".to_owned(), |it| format!("`{it}`"));
    let (wanted, found) = (wanted.get(same), found.get(same));
    let parts = wanted.is_some() || found.is_some();
    parts.then(|| format!("{what} {} is {}, not {}", same + 1, shown(found), shown(wanted)))
}

/// What differs between two sets of objects.
pub(crate) fn objects(wanted: &BTreeMap<String, Value>, found: &BTreeMap<String, Value>) -> Vec<String> {
    let missing = wanted.keys().filter(|it| !found.contains_key(*it));
    let mut differences: Vec<String> = missing.map(|it| format!("{it} is not there")).collect();
    for (name, object) in found {
        match wanted.get(name) {
            None => differences.push(format!("{name} is there")),
            Some(other) => differences.extend(field(name, other, object)),
        }
    }
    differences
}

/// The first field in which two values differ.
fn field(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    if let (Some(wanted), Some(found)) = (wanted.as_object(), found.as_object()) {
        let mut names = wanted.keys().chain(found.keys());
        let at =
            |map: &serde_json::Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or_default();
        return names.find_map(|name| field(&format!("{path}.{name}"), &at(wanted, name), &at(found, name)));
    }
    if let (Some(wanted), Some(found)) = (wanted.as_array(), found.as_array())
        && wanted.len() == found.len()
    {
        let mut pairs = wanted.iter().zip(found).enumerate();
        return pairs.find_map(|(index, (a, b))| field(&format!("{path}[{index}]"), a, b));
    }
    other(path, wanted, found)
}

fn changes(wanted: &BTreeMap<String, usize>, found: &BTreeMap<String, usize>) -> Vec<String> {
    let mut writes: Vec<&String> = wanted.keys().chain(found.keys()).collect();
    writes.sort();
    writes.dedup();
    let count = |map: &BTreeMap<String, usize>, write: &String| map.get(write).copied().unwrap_or_default();
    writes
        .into_iter()
        .filter_map(|write| {
            let (wanted, found) = (count(wanted, write), count(found, write));
            (wanted != found).then(|| format!("`{write}` happened {found} times, not {wanted}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn traces() -> Traces {
        Traces {
            outcome: "succeeded".to_owned(),
            attempts: 1,
            lines: vec!["a".to_owned(), "b".to_owned()],
            objects: [(
                "ConfigMap a".to_owned(),
                json!({ "data": { "a": "b" }, "list": [1, 2] }),
            )]
            .into(),
            changes: [("create configmaps a".to_owned(), 1)].into(),
            ..Traces::default()
        }
    }

    #[test]
    fn the_same_traces_differ_in_nothing_but_the_resume() {
        let resumed = Traces {
            resumed: 1,
            ..traces()
        };
        assert!(differences(&traces(), &resumed, 1).is_empty());
        assert_eq!(
            differences(&traces(), &traces(), 1),
            ["the number of resumes is 0, not 1"]
        );
    }

    #[test]
    fn an_apply_that_was_sent_again_may_say_that_it_changed_nothing() {
        let line = |text: &str| Traces {
            lines: vec![format!("attempt 1, info: {text}")],
            ..traces()
        };
        assert!(differences(&line("applied Secret a"), &line("unchanged: Secret a"), 0).is_empty());
        assert!(
            differences(
                &line("5 objects applied, 5 of them new or changed"),
                &line("5 objects applied, 4 of them new or changed"),
                0
            )
            .is_empty()
        );
        assert!(!differences(&line("applied Secret a"), &line("unchanged: Secret b"), 0).is_empty());
    }

    #[test]
    fn every_difference_is_said_with_its_place() {
        let run = Traces {
            outcome: "failed".to_owned(),
            attempts: 2,
            lines: vec!["a".to_owned()],
            objects: [
                (
                    "ConfigMap a".to_owned(),
                    json!({ "data": { "a": "c" }, "list": [1, 2] }),
                ),
                ("ConfigMap b".to_owned(), json!({})),
            ]
            .into(),
            changes: [("create configmaps a".to_owned(), 2)].into(),
            complaint: Some("event 7 is missing".to_owned()),
            ..traces()
        };
        assert_eq!(
            differences(&traces(), &run, 0),
            [
                "the outcome is failed, not succeeded",
                "the number of attempts is 2, not 1",
                "line of the task log 2 is nothing, not `b`",
                "ConfigMap a.data.a is \"c\", not \"b\"",
                "ConfigMap b is there",
                "`create configmaps a` happened 2 times, not 1",
                "`audit verify` says: event 7 is missing",
            ]
        );
    }

    #[test]
    fn what_is_missing_and_what_is_longer_is_seen() {
        let gone = Traces {
            objects: BTreeMap::new(),
            ..traces()
        };
        assert_eq!(differences(&traces(), &gone, 0), ["ConfigMap a is not there"]);
        let longer = field("it", &json!({ "list": [1] }), &json!({ "list": [1, 2] }));
        assert_eq!(longer.as_deref(), Some("it.list is [1,2], not [1]"));
    }
}
