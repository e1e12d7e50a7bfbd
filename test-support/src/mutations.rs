//! What fuzz targets share: how bytes and JSON are damaged, the checked-in cases, and how many cases are tried.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// So many cases, unless `PROPTEST_CASES` says how many.
pub fn cases(usual: u32) -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(usual)
    }
}

/// The files of a folder, by name; there is at least one. [`corpus!`](crate::corpus) finds the folder.
pub fn corpus(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut cases: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "{} is empty", folder.display());
    cases
}

/// The checked-in cases of a fuzz target of the crate that this stands in.
#[macro_export]
macro_rules! corpus {
    ($target:literal) => {
        $crate::mutations::corpus(std::path::Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/corpus/",
            $target
        )))
    };
}

/// One of the seeds, damaged in one to four places.
pub fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (select(seeds), vec(damage(), 1..5))
        .prop_map(|(seed, damages)| damages.into_iter().fold(seed, |bytes, it| it.done_to(bytes)))
}

#[derive(Debug, Clone)]
enum Damage {
    CutShort(Index),
    Flip(Index, u8),
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Swap(Index, Index),
}

/// What parsers trip over.
const FRAGMENTS: [&str; 26] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "true",
    "{}",
    "[]",
    "-0",
    "1e999",
    "-1e-999",
    "1.0",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "\"\\ud800\"",
    "\\u0000",
    "\u{0}",
    "\u{feff}",
    "\"type\":\"key-created\",",
    "\"*\"",
    "&a *a",
    "\n---\n",
];

fn damage() -> impl Strategy<Value = Damage> {
    let fragment = prop_oneof![
        6 => select(&FRAGMENTS[..]).prop_map(|it| it.as_bytes().to_vec()),
        2 => vec(any::<u8>(), 1..8),
        1 => (select(vec!["[", "{\"a\":", "(", "\t", "-"]), 1_usize..400)
            .prop_map(|(it, times)| it.repeat(times).into_bytes()),
    ];
    prop_oneof![
        1 => any::<Index>().prop_map(Damage::CutShort),
        2 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        4 => (any::<Index>(), fragment).prop_map(|(at, it)| Damage::Insert(at, it)),
        2 => (any::<Index>(), 1_usize..16).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => (any::<Index>(), 1_usize..32, 1_usize..6).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        1 => any::<(Index, Index)>().prop_map(|(one, other)| Damage::Swap(one, other)),
    ]
}

impl Damage {
    fn done_to(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        match self {
            Self::CutShort(at) => bytes.truncate(at.index(length)),
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Replace(at, byte) => bytes[at.index(length)] = byte,
            Self::Insert(at, it) => {
                let at = at.index(length);
                bytes.splice(at..at, it);
            }
            Self::Remove(at, many) => {
                let at = at.index(length);
                bytes.drain(at..(at + many).min(length));
            }
            Self::Repeat(at, many, times) => {
                let at = at.index(length);
                let part = bytes[at..(at + many).min(length)].repeat(times);
                bytes.splice(at..at, part);
            }
            Self::Swap(one, other) => bytes.swap(one.index(length), other.index(length)),
        }
        bytes
    }
}

/// One of the seeds, with one to three of its values or fields others than they were: still JSON, no longer in form.
pub fn confused(seeds: Vec<Value>) -> impl Strategy<Value = Value> {
    (select(seeds), vec((any::<Index>(), confusion()), 1..4)).prop_map(|(mut value, confusions)| {
        for (at, confusion) in confusions {
            let mut left = at.index(count(&value));
            let place = node(&mut value, &mut left).expect("the place was counted");
            confusion.done_to(place);
        }
        value
    })
}

#[derive(Debug, Clone)]
enum Confusion {
    Become(Value),
    Wrap,
    Add(String, Value),
    RemoveOne(Index),
    Double,
}

fn confusion() -> impl Strategy<Value = Confusion> {
    prop_oneof![
        6 => odd_value().prop_map(Confusion::Become),
        1 => Just(Confusion::Wrap),
        2 => (odd_text(), odd_value()).prop_map(|(key, value)| Confusion::Add(key, value)),
        2 => any::<Index>().prop_map(Confusion::RemoveOne),
        1 => Just(Confusion::Double),
    ]
}

/// Texts as nobody should write them.
pub fn odd_text() -> BoxedStrategy<String> {
    const KNOWN: [&str; 12] = [
        "", "*", "type", "kind", "name", "\u{0}", "../..", "a/b", "ä", "\"}{\\", "#{x}", "null",
    ];
    prop_oneof![
        3 => select(&KNOWN[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (select(vec!["a", "*", "é"]), 1_usize..600).prop_map(|(it, times)| it.repeat(times)),
    ]
    .boxed()
}

/// Values of every type, at its edges.
pub fn odd_value() -> BoxedStrategy<Value> {
    let deep = |depth| (0..depth).fold(Value::Null, |inner, _| json!([inner]));
    let number = prop_oneof![
        select(vec![
            json!(0),
            json!(-1),
            json!(1.0),
            json!(0.5),
            json!(1e300),
            json!(u64::MAX),
            json!(i64::MIN)
        ]),
        any::<i64>().prop_map(Value::from),
    ];
    prop_oneof![
        2 => odd_text().prop_map(Value::from),
        2 => number,
        1 => any::<bool>().prop_map(Value::from),
        2 => select(vec![Value::Null, json!([]), json!({}), json!([null]), json!({ "": {} })]),
        1 => (1_usize..120).prop_map(deep),
    ]
    .boxed()
}

impl Confusion {
    fn done_to(self, value: &mut Value) {
        match (self, value) {
            (Self::Become(other), value) => *value = other,
            (Self::Wrap, value) => *value = json!([value.take()]),
            (Self::Add(key, other), Value::Object(fields)) => drop(fields.insert(key, other)),
            (Self::Add(_, other), Value::Array(items)) => items.push(other),
            (Self::RemoveOne(at), Value::Object(fields)) if !fields.is_empty() => remove_one(fields, at),
            (Self::RemoveOne(at), Value::Array(items)) if !items.is_empty() => {
                items.remove(at.index(items.len()));
            }
            (Self::Double, Value::Array(items)) => items.extend(items.clone()),
            (Self::Add(..) | Self::RemoveOne(_) | Self::Double, value) => *value = Value::Null,
        }
    }
}

fn remove_one(fields: &mut Map<String, Value>, at: Index) {
    let keys: Vec<String> = fields.keys().cloned().collect();
    fields.remove(at.get(&keys));
}

/// The value once for each value in it, which is `other` instead.
pub fn each_replaced(value: &Value, other: &Value) -> Vec<Value> {
    let replaced = |mut at: usize| {
        let mut whole = value.clone();
        *node(&mut whole, &mut at).expect("the place was counted") = other.clone();
        whole
    };
    (1..count(value)).map(replaced).collect()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The value with this number, counted from the outside in.
fn node<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|it| node(it, left)),
        Value::Object(fields) => fields.values_mut().find_map(|it| node(it, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
