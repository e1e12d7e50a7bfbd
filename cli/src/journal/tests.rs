use clap::Parser;
use serde_json::json;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    verb: JournalVerb,
}

fn journals() -> Value {
    let call = |entry: u64, index: u64, kind: &str, function: &str| json!({ "entry": entry, "index": index, "kind": kind, "class": "read", "function": function, "digest": "d1" });
    let mut calls = vec![
        call(0, 2, "answer", "kubernetes.get"),
        call(1, 3, "sealed", "secrets.format"),
        call(2, 6, "suspended", "clock.sleep"),
    ];
    calls[0]["arguments"] = json!(["page", { "kind": "ConfigMap" }]);
    calls[2]["arguments"] = json!(60_000);
    calls[2]["until"] = json!("2026-01-02T03:04:05Z");
    let run = |attempt: u64, state: &str, entries: u64, resumed: u64, calls: &[Value]| {
        json!({ "step": "Deploy httpd", "target": "Httpd Development", "attempt": attempt, "entries": entries,
            "hash": "ab12", "state": state, "resumed": resumed, "calls": calls })
    };
    json!({ "attempts": [
        run(1, "none", 0, 0, &[]),
        run(2, "dropped", 1, 1, &[]),
        run(3, "packed", 3, 2, &calls),
    ] })
}

#[test]
fn every_run_is_told_with_its_calls() {
    let expected = "\
Deploy httpd on Httpd Development, attempt 1: no entries

Deploy httpd on Httpd Development, attempt 2, resumed once: 1 entry, dropped by retention; hash ab12

Deploy httpd on Httpd Development, attempt 3, resumed 2 times: 3 entries, packed; hash ab12
ENTRY  CALL  KIND       FUNCTION        ARGUMENTS
0      2     answer     kubernetes.get  [\"page\",{\"kind\":\"ConfigMap\"}]
1      3     sealed     secrets.format  (not shown)
2      6     suspended  clock.sleep     until 2026-01-02 03:04:05Z 60000";
    assert_eq!(tables(&journals(), None), expected);
}

#[test]
fn arguments_are_cut_at_the_width_of_the_terminal() {
    let shown = tables(&journals(), Some(45));
    assert!(
        shown.contains("\n0      2     answer     kubernetes.get  [\"pa…\n"),
        "{shown}"
    );
    let heads = shown.lines().filter(|it| it.starts_with("Deploy"));
    let rows = shown.lines().filter(|it| !it.starts_with("Deploy"));
    assert!(rows.clone().all(|it| it.chars().count() <= 45), "{shown}");
    assert!(
        heads.clone().all(|it| !it.ends_with('…')),
        "a hash is told in full: {shown}"
    );
}

#[test]
fn a_manifest_in_the_arguments_is_told_as_what_it_is() {
    let row = row(&json!({ "arguments": ["{\"kind\":\"Service\"}", "{no manifest", true] }));
    assert_eq!(row["arguments"], r#"[{"kind":"Service"},"{no manifest",true]"#);
}

#[test]
fn a_deployment_of_which_nothing_ran_says_so() {
    assert_eq!(tables(&json!({ "attempts": [] }), None), "nothing has run yet");
}

#[test]
fn what_is_asked_for_becomes_a_query() {
    let words = [
        "journal",
        "deployments-3",
        "--step",
        "Deploy httpd",
        "--attempt",
        "2",
    ];
    let query = Line::parse_from(words).verb.query();
    assert_eq!(
        query,
        [("step", "Deploy httpd".to_owned()), ("attempt", "2".to_owned())]
    );
}
