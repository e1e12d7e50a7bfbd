//! A secret given by any way is found nowhere: neither in the files nor in what is inside them, in no usual form.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use rusqlite::Connection;
use serde_json::json;

use super::*;
/// Signs that JSON escapes, and letters that it does not.
const SECRETS: [&str; 4] = [
    "hunter2 \"the\" token/of+the\\account",
    "swordfish\tof the variable",
    "open sesame of the feed",
    "the password of the user, äöü",
];

/// Everything that would give a secret away. Base64 at each of the three places where the text may begin.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let json = serde_json::to_string(secret).unwrap();
    let escaped = json.trim_matches('"').to_owned();
    let twice = serde_json::to_string(&json).unwrap();
    let mut forms = vec![
        secret.to_owned(),
        hex::encode(secret),
        hex::encode_upper(secret),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        escaped,
        twice.trim_matches('"').to_owned(),
    ];
    for shift in 1..3 {
        let shifted = BASE64_STANDARD.encode([&b"xx"[..shift], secret.as_bytes()].concat());
        // The first four signs are mixed with what stands before, the last four with what comes after.
        forms.push(shifted[4..shifted.len() - 4].to_owned());
    }
    forms.into_iter().map(String::into_bytes).collect()
}

fn holds(bytes: &[u8], form: &[u8]) -> bool {
    bytes.windows(form.len()).any(|it| it == form)
}

/// Every file in a directory and below, by name.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries
        .flat_map(|it| {
            if it.file_type().unwrap().is_dir() {
                files(&it.path())
            } else {
                vec![(it.path().display().to_string(), std::fs::read(it.path()).unwrap())]
            }
        })
        .collect()
}

/// All texts and blobs of a database, as they stand.
fn cells(path: &Path) -> Vec<(String, Vec<u8>)> {
    let connection = Connection::open(path).unwrap();
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables = tables
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap);
    tables.flat_map(|it| cells_of(&connection, &it)).collect()
}

fn cells_of(connection: &Connection, table: &str) -> Vec<(String, Vec<u8>)> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut cells = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            let bytes = row.get_ref(column).unwrap().as_bytes().unwrap_or_default();
            cells.push((format!("{table}.{column}"), bytes.to_vec()));
        }
    }
    cells
}

/// All bodies, decompressed.
async fn bodies(house: &House) -> Vec<(String, Vec<u8>)> {
    let log = &house.engine.tools.store.events;
    let mut bodies = Vec::new();
    for event in log.read(Position::START, usize::MAX).await.unwrap() {
        for body in &event.bodies {
            let bytes = log.body(event.id, &body.name).await.unwrap().unwrap();
            bodies.push((format!("body {} of event {}", body.name, event.position), bytes));
        }
    }
    bodies
}

async fn everything(house: &House) -> Vec<(String, Vec<u8>)> {
    let mut found = files(house.path());
    for database in ["shipslog.db", "views.db"] {
        found.extend(cells(&house.path().join(database)));
    }
    found.extend(bodies(house).await);
    found
}

/// A step that writes its inputs to the task log; they are wholly a secret.
async fn told() -> (House, Vec<String>) {
    let house = House::with(&["pass"]).await;
    let mut project = project("pass", &json!({ "text": "#{Password} and more" }));
    project["variables"] = json!([{ "name": "Password", "sensitive": SECRETS[1] }]);
    let documents = vec![
        json!({ "kind": "Account", "name": "deployer", "token": SECRETS[0] }),
        json!({ "kind": "Feed", "name": "Docker", "url": "http://127.0.0.1:1", "username": "u", "password": SECRETS[2] }),
        json!({ "kind": "Account", "name": "proxy", "userPassword": { "user": "u", "password": SECRETS[3] } }),
        project,
    ];
    let dry = house.applied(documents.clone(), true).await;
    let applied = house.applied(documents, false).await;
    let version = house.release("pass").await.unwrap();
    let accepted = house
        .deploy_release("pass", version.as_str(), "Development")
        .await;
    let id = accepted.unwrap().deployment;
    let view = house.ended(id).await;
    assert_eq!(view.deployment.attempts.len(), 1);
    let mut answers: Vec<String> = [dry, applied].iter().map(|it| format!("{it:?}")).collect();
    for (kind, name) in [
        (Kind::Account, "deployer"),
        (Kind::Account, "proxy"),
        (Kind::Feed, "Docker"),
        (Kind::Project, "pass"),
    ] {
        answers.push(house.document(kind, name).await.to_string());
    }
    (house, answers)
}

#[tokio::test]
async fn no_secret_is_in_any_file_row_body_task_log_or_answer() {
    let (house, answers) = told().await;
    let mut places = everything(&house).await;
    let house = house.reopened().await;
    places.extend(everything(&house).await);
    places.extend(
        answers
            .into_iter()
            .map(|it| ("an answer".to_owned(), it.into_bytes())),
    );
    for secret in SECRETS {
        for form in forms(secret) {
            for (place, bytes) in &places {
                assert!(
                    !holds(bytes, &form),
                    "`{}` is in {place}",
                    String::from_utf8_lossy(&form)
                );
            }
        }
    }
    // The scan does look into all of them.
    for (what, prefix) in [
        ("shipslog-handle-", "task_log"),
        ("shipslog-handle-", "body inputs"),
        ("Go/Web", "task_log"),
        ("deployment-requested", "events"),
    ] {
        let seen = places
            .iter()
            .any(|(place, it)| place.starts_with(prefix) && holds(it, what.as_bytes()));
        assert!(seen, "{what} in {prefix}");
    }
    assert!(places.iter().any(|it| it.0.ends_with("shipslog.db-wal")));
}

#[test]
fn the_scan_finds_a_secret_in_every_form() {
    let secret = SECRETS[0];
    let kubernetes = BASE64_STANDARD.encode(format!("user:{secret}"));
    let json = json!({ "a": secret, "b": json!({ "c": secret }).to_string() }).to_string();
    for text in [secret.to_owned(), kubernetes, json, hex::encode(secret)] {
        assert!(
            forms(secret).iter().any(|it| holds(text.as_bytes(), it)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_refused_document_is_answered_without_its_secrets() {
    let house = House::empty(&[]).await;
    let wrong = [
        json!({ "kind": "Account", "name": "a", "token": { "frmOutput": SECRETS[0] } }),
        json!({ "kind": "Account", "name": "a", "token": [SECRETS[0]] }),
        json!({ "kind": "Account", "name": "a", "token": SECRETS[0], "userPassword": { "user": "u", "password": SECRETS[3] } }),
        json!({ "kind": "Feed", "name": "a", "url": "http://x", "password": { "it": SECRETS[2] } }),
        json!({ "kind": "Project", "name": "a", "lifecycle": "Application", "process": [],
            "variables": [{ "name": "V", "sensitive": SECRETS[1], "value": SECRETS[1] }] }),
        json!({ "kind": "Account", "name": "a", "clientCertificate": { "certificate": "x", "key": SECRETS[0], "more": SECRETS[1] } }),
    ];
    for document in wrong {
        let error = house
            .engine
            .commands()
            .apply(&by(), vec![document], false)
            .await
            .unwrap_err();
        let (shown, debugged) = (error.to_string(), format!("{error:?}"));
        for form in SECRETS.iter().flat_map(|it| forms(it)) {
            assert!(
                !holds(shown.as_bytes(), &form) && !holds(debugged.as_bytes(), &form),
                "{shown}"
            );
        }
    }
}
