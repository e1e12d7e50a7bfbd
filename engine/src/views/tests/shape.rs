//! Whoever changes tables or rows raises the version: older files are rebuilt then, and not read wrongly.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shipslog_events::{Actor, Recorded};
use shipslog_test_support::history::state::all;
use shipslog_test_support::history::{Deed, write};

use super::*;

/// Every version with the digest of its shape, the newest last. No line is ever edited.
const SHAPES: [(i64, &str); 10] = [
    (
        3,
        "aaf1e21b861b3c444664ae28b7ac33ff76154eee9fb8ff96220d86d8824e58ba",
    ),
    (
        4,
        "2ddced516d2fe5233f1244f18ec9c8943226741be3c85a51ebe28a9585c8d41c",
    ),
    (
        5,
        "d879bc0d3e81dc09cd0a776ba2a3d7edcb05bc0226b3c65fff9cd5e20bda43fa",
    ),
    (
        6,
        "3fbaed1bc334be90d5fce32d59a720691a23cf3bc75a4b6a7dcc1423dfd8f853",
    ),
    (
        7,
        "d6e528d83a930f32209f94c589311c60bfce09042346f5df6752baecef7031f5",
    ),
    (
        8,
        "e98a49edd0dd1cb88bcf7f402353f64121dbb8a9d3a3590d2526287c386223f6",
    ),
    (
        9,
        "7a7fa149266946b53121441b129a8a3659ac08779aaa680427cfff65cb64ef85",
    ),
    (
        10,
        "7680deb134895c62690d06413b0b0e390d37466ca7d2886d376a8b9d9028d74d",
    ),
    (
        11,
        "fe62a431e54b055dc6fd6d6a4ea41000eaa3157929369f78b42b8ad5c24229b9",
    ),
    (
        12,
        "ae6576ab572ccb296fffd5551952c1a10ba5ddf6128feac29b435a038d04f73b",
    ),
];

/// Enough for every kind of row with nearly all that it can have: a deployment that succeeds, and others that do not.
fn deeds() -> Vec<Deed> {
    let keys = [Deed::MakeKey(0), Deed::MakeKey(1), Deed::RevokeKey(0)];
    let success = [0, 0, 18, 0, 18, 0].map(|how| Deed::Drive(0, how));
    let deployments = [(1, 0), (0, 1), (1, 1), (0, 0)].map(|(release, to)| Deed::Deploy(release, to));
    let runs = (0..96).flat_map(|how| [0, 1, 2].map(|which| Deed::Drive(which, how)));
    keys.into_iter()
        .chain([Deed::Deploy(0, 0)])
        .chain(success)
        .chain(deployments)
        .chain(runs)
        .chain([Deed::Deploy(0, 0), Deed::Cancel(0)])
        .chain([Deed::Deploy(1, 0), Deed::Deploy(1, 0)])
        .collect()
}

/// The same history each time: who did what is drawn by lot otherwise.
async fn history(log: &dyn EventLog) -> Vec<Recorded> {
    write(log, &deeds()).await;
    let actors = [Actor::Key("somebody".to_owned()), Actor::Driver, Actor::Server];
    let mut events = all(log).await;
    for (event, actor) in events.iter_mut().zip(actors.iter().cycle()) {
        event.actor = actor.clone();
    }
    events
}

/// Where in a value there is what, whatever it says.
fn shape(at: &str, value: &Value, into: &mut BTreeSet<String>) {
    let what = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(items) => {
            for it in items {
                shape(&format!("{at}[]"), it, into);
            }
            "a list"
        }
        Value::Object(fields) => {
            for (name, it) in fields {
                shape(&format!("{at}.{name}"), it, into);
            }
            "an object"
        }
    };
    into.insert(format!("{at}: {what}"));
}

#[tokio::test]
async fn whoever_changes_the_shape_of_the_views_raises_their_version() {
    let directory = tempfile::tempdir().unwrap();
    let log = log(directory.path());
    let (mut connection, _) = schema::anew(&directory.path().join("views.db"), "an instance").unwrap();
    writer::write(&mut connection, &history(&*log).await).unwrap();
    let mut shapes = BTreeSet::new();
    let mut rows = connection.prepare("SELECT view, value FROM rows").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    for row in rows.unwrap() {
        let (view, value) = row.unwrap();
        shape(&view, &serde_json::from_str(&value).unwrap(), &mut shapes);
    }
    let shapes: Vec<String> = shapes.into_iter().collect();
    let text = format!("{}{}", schema::SCHEMA, shapes.join("\n"));
    let digest = hex::encode(Sha256::digest(text));
    let (version, known) = SHAPES[SHAPES.len() - 1];
    assert_eq!(
        (schema::VERSION, digest.as_str()),
        (version, known),
        "the shape is another one: raise `VERSION` by one, and add it here with this digest; now there is\n{}",
        shapes.join("\n")
    );
}
