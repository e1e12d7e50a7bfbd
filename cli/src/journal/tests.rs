use clap::Parser;
use serde_json::json;
use shipslog_api::journals::{CallClass, JournalKind};
use shipslog_events::chain::Hash;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    verb: JournalVerb,
}

fn call(entry: u64, index: u64, kind: JournalKind, function: &str) -> JournalCall {
    JournalCall {
        entry,
        index,
        kind,
        class: CallClass::Read,
        function: function.to_owned(),
        digest: "d1".to_owned(),
        arguments: None,
        until: None,
        answer_bytes: None,
    }
}

fn journals() -> Journals {
    let get = JournalCall {
        arguments: Some(json!(["page", { "kind": "ConfigMap" }])),
        ..call(0, 2, JournalKind::Answer, "kubernetes.get")
    };
    let sealed = call(1, 3, JournalKind::Sealed, "secrets.format");
    let wait = JournalCall {
        arguments: Some(json!(60_000)),
        until: Some("2026-01-02T03:04:05Z".parse().unwrap()),
        ..call(2, 6, JournalKind::Suspended, "clock.sleep")
    };
    let run = |attempt: u32, state: JournalState, entries: u64, resumed: u32, calls| Journal {
        step: "Deploy httpd".into(),
        target: "Httpd Development".into(),
        attempt: AttemptNumber(attempt),
        entries,
        hash: Hash::from_bytes([0xab; 32]),
        state,
        resumed,
        calls,
    };
    let attempts = vec![
        run(1, JournalState::None, 0, 0, vec![]),
        run(2, JournalState::Dropped, 1, 1, vec![]),
        run(3, JournalState::Packed, 3, 2, vec![get, sealed, wait]),
    ];
    Journals { attempts }
}

#[test]
fn every_run_is_told_with_its_calls() {
    let hash = "ab".repeat(32);
    let expected = format!(
        "\
Deploy httpd on Httpd Development, attempt 1: no entries

Deploy httpd on Httpd Development, attempt 2, resumed once: 1 entry, dropped by retention; hash {hash}

Deploy httpd on Httpd Development, attempt 3, resumed 2 times: 3 entries, packed; hash {hash}
ENTRY  CALL  KIND       FUNCTION        ARGUMENTS
0      2     answer     kubernetes.get  [\"page\",{{\"kind\":\"ConfigMap\"}}]
1      3     sealed     secrets.format  (not shown)
2      6     suspended  clock.sleep     until 2026-01-02 03:04:05Z 60000"
    );
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
    let call = JournalCall {
        arguments: Some(json!(["{\"kind\":\"Service\"}", "{no manifest", true])),
        ..call(0, 2, JournalKind::Answer, "kubernetes.get")
    };
    assert_eq!(arguments(&call), r#"[{"kind":"Service"},"{no manifest",true]"#);
}

#[test]
fn a_deployment_of_which_nothing_ran_says_so() {
    let attempts = vec![];
    assert_eq!(tables(&Journals { attempts }, None), "nothing has run yet");
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
    let expected = [("attempt", "2"), ("step", "Deploy httpd")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query.pairs(), expected);
}
