//! What must not be seen in a journal, in whatever form it comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::bindings::shipslog::step::kubernetes::{ApplyOptions, Host as _};
use crate::bindings::shipslog::step::log::{Host as _, Level};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::host::kubernetes::Kubernetes;
use crate::host::log::Log;

const BINARY: [u8; 24] = [
    0xff, 0xfe, 1, 0, 0x80, 7, 9, 0xc0, 3, 4, 5, 6, 0xff, 0xfe, 1, 0, 0x81, 7, 9, 0xc0, 3, 4, 5, 6,
];
const QUOTED: &str = r#"{"auths":{"a":"b\c"}}"#;

async fn reveal(run: &Run, value: &[u8]) {
    let object = ObjectReference {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        namespace: None,
        name: "open".to_owned(),
    };
    let got = Kubernetes { run }.get(object).await.unwrap();
    assert!(got.unwrap().contains(&STANDARD.encode(value)), "the step sees it");
}

fn revealing(value: &[u8]) -> Lives {
    let lives = Lives::new(16);
    let data = json!({ "value": STANDARD.encode(value) });
    writes(&lives.world, "Secret", "open", &data);
    lives
}

fn bytes(lives: &Lives) -> String {
    let entries = lives
        .ledger
        .entries()
        .iter()
        .map(Entry::encode)
        .collect::<Vec<_>>();
    String::from_utf8(entries.concat()).unwrap()
}

#[tokio::test]
async fn a_revealed_value_that_is_no_text_is_not_in_the_journal_either() {
    let lives = revealing(&BINARY);
    reveal(&lives.run(), &BINARY).await;
    assert!(!bytes(&lives).contains(&STANDARD.encode(BINARY)));
    lives.ledger.crash(true);
    let run = lives.run();
    reveal(&run, &BINARY).await;
    Log { run: &run }
        .write(Level::Info, format!("it is {}", STANDARD.encode(BINARY)))
        .await
        .unwrap();
    assert_eq!(lives.ledger.told(), ["1 log Info it is ********"]);
}

#[tokio::test]
async fn a_revealed_value_with_quotes_is_blanked_however_deep_in_json_it_stands() {
    let lives = revealing(QUOTED.as_bytes());
    let run = lives.run();
    reveal(&run, QUOTED.as_bytes()).await;
    let document = json!({ "inside": QUOTED }).to_string();
    for value in [QUOTED, &document] {
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" },
            "data": { "value": value } });
        let options = ApplyOptions {
            force: false,
            uid: None,
            resource_version: None,
        };
        let applied = Kubernetes { run: &run }
            .apply(object.to_string(), options)
            .await
            .unwrap();
        assert!(applied.is_ok());
    }
    let entries = lives.ledger.entries();
    assert!(entries[1..].iter().all(|it| it.arguments.is_none()));
    assert!(
        entries
            .iter()
            .all(|it| matches!(it.what, What::Sealed(_) | What::Intent(_))),
        "{entries:?}"
    );
    let journal = bytes(&lives).replace('\\', "");
    assert!(!journal.contains(&QUOTED.replace('\\', "")), "{journal}");
}
