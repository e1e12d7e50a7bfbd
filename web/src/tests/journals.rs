//! What runs called, and what they were after a crash.

use serde_json::{Value, json};
use shipslog_events::Stream;
use shipslog_events::event::Event;
use shipslog_events::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, EndReason, Outcome,
};
use shipslog_events::ids::{AttemptId, DeploymentId};
use shipslog_events::journal::{JournalHead, JournalKey};
use shipslog_log::raw::JournalEdit;
use shipslog_log::{JournalAppend, raw};

use super::Server;
use super::facts::{Fact, append, attempt, requested, started};
use super::history::{History, at};

/// A run that was resumed twice and errored, with a journal of these entries, and one before it without any.
async fn ran(server: &Server, entries: &[Value]) -> DeploymentId {
    History::released(server).await;
    let id = server.store.events.reserve_deployment().await.unwrap();
    let head = written(server, id, entries).await;
    let (first, second) = (attempt(1), attempt(2));
    let facts: Vec<Event> = vec![
        requested(id).into(),
        DeploymentEvent::DeploymentStarted {}.into(),
        started(&first),
        ended(&first, AttemptOutcome::Errored, None, None),
        started(&second),
        resumed(&second),
        resumed(&second),
        ended(
            &second,
            AttemptOutcome::Errored,
            Some(EndReason::OutcomeUnknown),
            Some(head),
        ),
        DeploymentEvent::DeploymentEnded {
            outcome: Outcome::Failed,
            reason: DeploymentEndReason::Errored,
        }
        .into(),
    ];
    let facts: Vec<Fact> = facts.into_iter().map(|it| (it, vec![])).collect();
    append(server, vec![(Stream::Deployment(id), facts)]).await;
    id
}

async fn written(server: &Server, id: DeploymentId, entries: &[Value]) -> JournalHead {
    let append = JournalAppend {
        key: key(id),
        after: JournalHead::START,
        entries: entries.iter().map(|it| it.to_string().into_bytes()).collect(),
        sealed: vec![],
    };
    server.store.journals.append_journal(append).await.unwrap()
}

fn key(id: DeploymentId) -> JournalKey {
    JournalKey::of(id, &attempt(2))
}

fn resumed(id: &AttemptId) -> Event {
    DeploymentEvent::AttemptResumed {
        id: id.clone(),
        entries: 3,
        host_version: "0.1.0".into(),
    }
    .into()
}

fn ended(
    id: &AttemptId,
    outcome: AttemptOutcome,
    reason: Option<EndReason>,
    journal: Option<JournalHead>,
) -> Event {
    DeploymentEvent::AttemptEnded {
        id: id.clone(),
        outcome,
        reason,
        journal,
    }
    .into()
}

fn entry(index: u64, class: &str, function: &str, what: &Value) -> Value {
    let call = json!({ "index": index, "class": class, "function": function, "digest": "d1" });
    json!({ "call": call, "what": what })
}

fn some() -> Vec<Value> {
    let handle = format!("shipslog-handle-{}", "b".repeat(52));
    let answer = json!({ "answer": { "kind": "ConfigMap" } });
    let sealed = json!({ "sealed": handle });
    let intent = json!({ "intent": { "uid": "u", "resourceVersion": "1" } });
    let wait = json!({ "suspended": { "at": 1, "until": 1_800_000_000_000_u64, "done": 0, "total": 1 } });
    let mut get = entry(2, "read", "kubernetes.get", &answer);
    get["arguments"] = json!(["page", handle]);
    vec![
        get,
        entry(3, "recorded", "secrets.format", &sealed),
        entry(5, "guarded-write", "kubernetes.patch", &intent),
        entry(6, "suspending", "clock.sleep", &wait),
        entry(6, "suspending", "clock.sleep", &json!("cancelled")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_tells_every_call_and_no_answer() {
    let server = Server::start().await;
    let id = ran(&server, &some()).await;
    let answer = server.get(&format!("/api/v1/deployments/{id}/journal")).await;
    let text = &answer.text;
    assert!(
        !text.contains("ConfigMap") && !text.contains("shipslog-handle"),
        "{text}"
    );
    let shown = answer.expect(200);
    let first = at(&shown, "/attempts/0");
    assert_eq!((&first["attempt"], &first["state"]), (&json!(1), &json!("none")));
    assert_eq!((&first["entries"], &first["calls"]), (&json!(0), &json!([])));
    let journal = at(&shown, "/attempts/1");
    assert_eq!(
        (&journal["step"], &journal["target"]),
        (&json!("Deploy/it"), &json!("Here"))
    );
    assert_eq!(
        (&journal["state"], &journal["resumed"]),
        (&json!("open"), &json!(2))
    );
    assert_eq!(
        (&journal["entries"], journal["hash"].as_str().unwrap().len()),
        (&json!(5), 64)
    );
    let call = |entry: u64, index: u64, kind: &str, class: &str, function: &str| json!({ "entry": entry, "index": index, "kind": kind, "class": class, "function": function, "digest": "d1" });
    let mut calls = vec![
        call(0, 2, "answer", "read", "kubernetes.get"),
        call(1, 3, "sealed", "recorded", "secrets.format"),
        call(2, 5, "intent", "guarded-write", "kubernetes.patch"),
        call(3, 6, "suspended", "suspending", "clock.sleep"),
        call(4, 6, "cancelled", "suspending", "clock.sleep"),
    ];
    calls[0]["arguments"] = json!(["page", "(sensitive)"]);
    calls[0]["answerBytes"] = json!(20);
    calls[3]["until"] = json!("2027-01-15T08:00:00Z");
    assert_eq!(journal["calls"], json!(calls));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_over_is_packed_and_one_that_was_dropped_keeps_its_hash() {
    let server = Server::start().await;
    let id = ran(&server, &some()).await;
    let path = format!("/api/v1/deployments/{id}/journal?step=Deploy%2Fit&target=Here&attempt=2");
    let open = server.get(&path).await.expect(200);
    server.store.journals.pack_journal(key(id)).await.unwrap();
    let packed = server.get(&path).await.expect(200);
    assert_eq!(at(&packed, "/attempts/0/state"), "packed");
    assert_eq!(at(&packed, "/attempts/0/calls"), at(&open, "/attempts/0/calls"));
    server
        .store
        .journals
        .drop_journals(jiff::Timestamp::MAX)
        .await
        .unwrap();
    let dropped = server.get(&path).await.expect(200);
    assert_eq!(at(&dropped, "/attempts/0/state"), "dropped");
    assert_eq!(at(&dropped, "/attempts/0/calls"), &json!([]));
    for kept in ["entries", "hash", "resumed"] {
        assert_eq!(dropped["attempts"][0][kept], open["attempts"][0][kept], "{kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_is_a_problem_that_names_the_entry_and_hides_no_other_journal() {
    let server = Server::start().await;
    let id = ran(&server, &some()).await;
    raw::edit_journal(&server.location(), &key(id), JournalEdit::Entry(3, b"{}"));
    let path = format!("/api/v1/deployments/{id}/journal");
    let (status, code, detail) = server.get(&path).await.problem();
    assert_eq!((status, code.as_str()), (409, "journal-damaged"));
    let named = format!("the journal of {id} Deploy/it/Here/2 is damaged: entry 3 was edited");
    assert!(detail.starts_with(&named), "{detail}");
    server.get(&format!("{path}?attempt=1")).await.expect(200);
    let (_, code, detail) = server.get("/api/v1/audit/verification").await.problem();
    assert_eq!(code, "log-broken");
    assert_eq!(
        detail,
        format!("journal of {id} Deploy/it/Here/2: entry 3 was edited")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_another_version_is_a_problem_that_names_it() {
    let server = Server::start().await;
    let mut entries = some();
    entries[1] = json!({ "from": "the future" });
    let id = ran(&server, &entries).await;
    let (status, code, detail) = server
        .get(&format!("/api/v1/deployments/{id}/journal"))
        .await
        .problem();
    assert_eq!((status, code.as_str()), (409, "journal-unreadable"));
    assert!(
        detail.contains("Deploy/it/Here/2 cannot be shown: entry 1"),
        "{detail}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_is_answered_with_what_there_is() {
    let server = Server::start().await;
    let id = ran(&server, &some()).await;
    for (query, hint) in [
        ("step=Deploy%2Fat", "did you mean `Deploy/it`?"),
        ("target=Hre", "did you mean `Here`?"),
        ("attempt=7", "there is no such attempt 7"),
        ("target=There&attempt=1", "there is no such attempt 1"),
    ] {
        let path = format!("/api/v1/deployments/{id}/journal?{query}");
        let (status, code, detail) = server.get(&path).await.problem();
        assert_eq!((status, code.as_str()), (404, "not-found"), "{query}");
        assert!(detail.contains(hint), "{query}: {detail}");
    }
    let none = server.get("/api/v1/deployments/deployments-99/journal").await;
    assert!(none.problem().2.contains("there is no deployments-99"));
    let untouched = server
        .get(&format!("/api/v1/deployments/{id}/journal?target=There"))
        .await;
    assert_eq!(untouched.expect(200)["attempts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_and_the_audit_tell_of_resumptions_and_of_the_reason_of_an_end() {
    let server = Server::start().await;
    let id = ran(&server, &some()).await;
    let head = *server.engine.events().head().borrow();
    let shown = server.get(&format!("/api/v1/deployments/{id}")).await.expect(200);
    let attempts = at(&shown, "/steps/0/targets/0/attempts");
    assert!(attempts[0].get("resumed").is_none() && attempts[0].get("endReason").is_none());
    assert_eq!(
        (&attempts[1]["resumed"], &attempts[1]["endReason"]),
        (&json!(2), &json!("outcome-unknown"))
    );
    let path = format!("/api/v1/events?type=attempt-resumed&minPosition={head}");
    let events = server.get(&path).await.expect(200);
    assert_eq!(at(&events, "/items/1/facts/entries"), &json!(3));
    let path = format!("/api/v1/events?type=attempt-ended&minPosition={head}");
    let events = server.get(&path).await.expect(200);
    assert_eq!(at(&events, "/items/1/facts/reason"), "outcome-unknown");
    assert_eq!(at(&events, "/items/1/facts/journal/entries"), &json!(5));
}
