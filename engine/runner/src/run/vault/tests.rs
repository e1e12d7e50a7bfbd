//! What opens, what is hidden, what is minted, and how much of it there may be.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::testing::{Sealed, handle};

fn vault() -> (Arc<Sealed>, Vault) {
    let store = Arc::new(Sealed::with([(1, "first secret"), (2, "second secret")]));
    (Arc::clone(&store), Vault::new(store, [handle(1)], Arc::default()))
}

#[tokio::test]
async fn a_given_handle_is_filled_in_wherever_it_stands_and_its_value_is_hidden_from_then_on() {
    let (_, vault) = vault();
    assert_eq!(vault.redact("the first secret"), "the first secret");
    let filled = vault.fill(&format!("user:{}@host", handle(1))).await.unwrap();
    assert_eq!(filled.expose_secret(), "user:first secret@host");
    assert!(!vault.redact("the first secret").contains("first secret"));
    let encoded = STANDARD.encode("first secret");
    assert!(!vault.redact(&encoded).contains(&encoded));
    assert_eq!(
        vault.redact(&format!("a {}", handle(1))),
        format!("a {}", handle(1)),
        "a handle is no secret"
    );
}

#[tokio::test]
async fn a_handle_that_was_not_given_does_not_open_although_the_store_has_it() {
    let (_, vault) = vault();
    assert!(matches!(
        vault.fill(handle(2).as_str()).await,
        Err(Refused::NotGiven)
    ));
    assert!(matches!(vault.bytes(&handle(2)).await, Err(Refused::NotGiven)));
}

#[tokio::test]
async fn the_same_value_of_the_same_place_is_minted_once() {
    let (store, vault) = vault();
    let one = vault.seal(&["uid", "token"], b"value").await.unwrap();
    assert_eq!(vault.seal(&["uid", "token"], b"value").await.unwrap(), one);
    assert_ne!(vault.seal(&["uid", "other"], b"value").await.unwrap(), one);
    assert_ne!(vault.seal(&["uid", "token"], b"another").await.unwrap(), one);
    assert_eq!(store.minted(), 3);
    assert_eq!(vault.fill(one.as_str()).await.unwrap().expose_secret(), "value");
}

#[tokio::test]
async fn bytes_that_are_no_text_come_back_whole_and_nowhere_else() {
    let (_, vault) = vault();
    let handle = vault.seal(&["uid", "key"], &[0xff, 0, 1]).await.unwrap();
    assert_eq!(vault.bytes(&handle).await.unwrap(), [0xff, 0, 1]);
    assert!(matches!(vault.fill(handle.as_str()).await, Err(Refused::NotText)));
}

#[tokio::test]
async fn there_is_a_bound_to_what_a_run_has_in_hand() {
    let (_, vault) = vault();
    let hide = |text: String| vault.hide(&handle(1), &SecretString::from(text));
    for number in 0..500 {
        hide(format!("value-{number}")).unwrap();
    }
    hide("value-7".to_owned()).unwrap();
    let stopped = hide("another".to_owned()).unwrap_err().to_string();
    assert_eq!(
        stopped,
        "the step was stopped: it had more than 500 sensitive values in hand, or 2 MiB of them"
    );
    let large = "x".repeat(2 << 20);
    assert!(matches!(vault.fill(&large).await, Err(Refused::Failed(_))));
    let block = vec![0; 6 << 20];
    vault.seal(&["a"], &block).await.unwrap();
    vault.seal(&["b"], &block).await.unwrap();
    let stopped = vault.seal(&["c"], &block).await.unwrap_err().to_string();
    assert!(stopped.contains("16 MiB"), "{stopped}");
}
