//! Tiny steps, written by hand: each does one thing and takes `text`. Only `reach` needs any rights.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

const DESCRIPTION: &str = r#"{"name":"tiny","version":"1.0.0","summary":"A test.","inputs":{"type":"object",
    "additionalProperties":false,"properties":{"text":{"type":"string"}}},"capabilities":RIGHTS,
    "outputs":[{"name":"token","summary":"","sensitive":true}],"milestones":[]}"#;

/// Says `hello` as `failed` (0) or `errored` (1).
const SAY: [&str; 2] = [
    "(i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const 0))
     (i32.store (i32.const 72) (i32.const 32)) (i32.store (i32.const 76) (i32.const 5)) (return (i32.const 64))",
    "(i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const 1))
     (i32.store (i32.const 72) (i32.const 32)) (i32.store (i32.const 76) (i32.const 5)) (return (i32.const 64))",
];
/// Sleeps until it is asked to stop.
const SLEEP: &str = "(drop (call $sleep (i64.const 9000000000000)))";

/// Writes its inputs to the task log.
const SAY_INPUTS: &str = "(call $log (i32.const 1) (local.get 0) (local.get 1))";

/// Sets its output `token` to the handle that is all of `text`.
const MINT: &str = "(call $set (i32.const 48) (i32.const 5)
    (i32.add (local.get 0) (i32.const 9)) (i32.const 68) (i32.const 128))";

/// Finds `hello` wrong with whatever it is given.
const OBJECT: &str = "(i32.store8 (i32.const 112) (i32.const 1))
    (i32.store (i32.const 116) (i32.const 128)) (i32.store (i32.const 120) (i32.const 1))
    (i32.store (i32.const 128) (i32.const 32)) (i32.store (i32.const 132) (i32.const 0))
    (i32.store (i32.const 136) (i32.const 32)) (i32.store (i32.const 140) (i32.const 5)) (return (i32.const 112))";
const RIGHT: &str = r#"[{"verbs":["get"],"kind":"ConfigMap","name":"page"}]"#;

/// The component that `uses: <name>@1` means.
pub(crate) fn component(name: &str) -> Vec<u8> {
    static BUILT: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built
        .entry(name.to_owned())
        .or_insert_with(|| wrap(&module(&work(name), objection(name), rights(name))))
        .clone()
}

fn work(name: &str) -> String {
    match name {
        "pass" | "reach" | "object" => SAY_INPUTS.to_owned(),
        "mint" => MINT.to_owned(),
        "fail" => SAY[0].to_owned(),
        "err" => SAY[1].to_owned(),
        "wait" => format!("{SLEEP} {}", SAY[0]),
        // Says something and sleeps for a while: long enough for a crash to come between.
        "nap" => {
            "(call $log (i32.const 1) (local.get 0) (local.get 1)) (drop (call $sleep (i64.const 1500)))"
                .to_owned()
        }
        // Handles a sensitive value, and does a little of everything that a journal knows.
        "blink" => format!(
            "{SAY_INPUTS} (drop (call $sleep (i64.const 1))) {MINT} (drop (call $sleep (i64.const 1))) {SAY_INPUTS}"
        ),
        _ => panic!("there is no tiny step `{name}`"),
    }
}

fn objection(name: &str) -> &'static str {
    match name {
        "object" => OBJECT,
        _ => "",
    }
}

fn rights(name: &str) -> &'static str {
    match name {
        "reach" => RIGHT,
        _ => "[]",
    }
}

fn escaped(text: &str) -> String {
    text.replace('"', "\\\"").replace('\n', "\\n")
}

fn module(work: &str, objection: &str, rights: &str) -> Vec<u8> {
    let description = DESCRIPTION.replace("RIGHTS", rights);
    let (length, asked) = (description.len(), rights.len());
    let (description, rights) = (escaped(&description), escaped(rights));
    wat::parse_str(format!(
        r#"(module
            (import "shipslog:step/log@0.1.0" "write" (func $log (param i32 i32 i32)))
            (import "shipslog:step/clock@0.1.0" "sleep" (func $sleep (param i64) (result i32)))
            (import "shipslog:step/context@0.1.0" "attempt" (func $attempt (result i32)))
            (import "shipslog:step/outputs@0.1.0" "set-sensitive" (func $set (param i32 i32 i32 i32 i32)))
            (memory (export "memory") 3)
            (global $free (mut i32) (i32.const 65536))
            (data (i32.const 32) "hello") (data (i32.const 48) "token")
            (data (i32.const 1024) "{description}")
            (data (i32.const 16384) "{rights}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $free)
                (global.set $free (i32.add (global.get $free) (i32.add (local.get 3) (i32.const 8)))))
            (func (export "describe") (result i32)
                (i32.store (i32.const 96) (i32.const 1024)) (i32.store (i32.const 100) (i32.const {length}))
                i32.const 96)
            (func (export "check") (param i32 i32) (result i32) {objection}
                (i32.store (i32.const 116) (i32.const 16384)) (i32.store (i32.const 120) (i32.const {asked}))
                i32.const 112)
            (func (export "run") (param i32 i32) (result i32) {work} i32.const 0))"#
    ))
    .unwrap()
}

fn wrap(module: &[u8]) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve
        .push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../step-sdk/wit"))
        .unwrap();
    let world = resolve.select_world(&[package], Some("step")).unwrap();
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}
