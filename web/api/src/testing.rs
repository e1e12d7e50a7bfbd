//! What the tests of all resources share.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Writes a value, reads it back, and holds that nothing was lost; answers with what stands on the wire.
#[track_caller]
pub(crate) fn round_trip<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> Value {
    let text = serde_json::to_string(value).unwrap();
    let back: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(back == *value, "reads back as something else: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The words of an enum without data, each read back.
#[track_caller]
pub(crate) fn words<T: Serialize + DeserializeOwned + PartialEq>(all: &[T]) -> Vec<String> {
    let word = |it: &T| round_trip(it).as_str().expect("a word is a text").to_owned();
    all.iter().map(word).collect()
}

/// A moment that all samples share.
pub(crate) fn moment() -> jiff::Timestamp {
    "2026-01-02T03:04:05.678Z".parse().unwrap()
}
