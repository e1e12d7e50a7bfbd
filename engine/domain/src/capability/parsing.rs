//! Capabilities as a component or a project writes them, damaged.

use proptest::prelude::*;
use serde_json::{Value, json};
use shipslog_test_support::corpus;
use shipslog_test_support::mutations::{cases, confused, damaged};

use super::{Boundary, Capability, Need, Rights, Verb, covers};

/// Never panics; what is read is printed and read the same, and is within itself.
fn read(bytes: &[u8]) -> Result<(), serde_json::Error> {
    let list: Vec<Capability> = serde_json::from_slice(bytes)?;
    let printed = serde_json::to_string(&list).expect("capabilities are plain data");
    assert_eq!(serde_json::from_str::<Vec<Capability>>(&printed)?, list);
    assert_eq!(covers(&list, &list), Ok(()), "{printed}");
    for capability in &list {
        assert!(capability.to_string().contains(&capability.name));
        ask(capability);
    }
    Ok(())
}

/// Whoever has the right to what the words of a rule say has it for each of the rule's verbs, and for no other.
fn ask(rule: &Capability) {
    let rights = Rights {
        declared: vec![rule.clone()],
        granted: vec![rule.clone()],
        boundary: Boundary::default(),
    };
    for verb in [Verb::Get, Verb::Apply, Verb::Delete] {
        let request = Need {
            verb,
            group: rule.group.clone(),
            kind: rule.kind.clone(),
            namespace: rule.namespace.clone(),
            name: Some(rule.name.clone()),
            cluster_scoped: rule.namespace.is_none(),
        };
        assert_eq!(
            rights.decide(&request).is_ok(),
            rule.verbs.contains(&verb),
            "{request}"
        );
    }
}

fn seed() -> Value {
    json!([
        { "verbs": ["get", "list", "watch"], "group": "apps", "kind": "Deployment", "name": "httpd-*" },
        { "verbs": ["apply", "patch", "delete", "force"], "kind": "Secret", "namespace": "dev" },
        { "verbs": ["logs", "reveal-secrets"], "group": "*", "kind": "*", "name": "*", "namespace": "*" },
    ])
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn a_damaged_list_of_capabilities_is_refused_or_means_what_it_says(
        bytes in damaged(vec![seed().to_string().into_bytes()])
    ) {
        read(&bytes).ok();
    }

    #[test]
    fn a_list_of_capabilities_of_another_form_is_refused_or_means_what_it_says(value in confused(vec![seed()])) {
        read(value.to_string().as_bytes()).ok();
    }
}

/// Files whose names end in `.read.json` are read, all others refused.
#[test]
fn every_list_of_the_corpus_is_refused_or_means_what_it_says() {
    for (name, bytes) in corpus!("capability") {
        let read = read(&bytes);
        assert_eq!(read.is_ok(), name.ends_with(".read.json"), "{name}: {read:?}");
    }
}
