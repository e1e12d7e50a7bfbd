//! Tiny steps, written by hand: each does one thing, so that what is measured is the host.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

const DESCRIPTION: &str = r#"{"name":"tiny","version":"1.0.0","summary":"Measured.","inputs":{"type":"object"},"capabilities":[],"outputs":[],"milestones":[]}"#;

const ATTEMPT: &str = r#"(import "shipslog:step/context@0.1.0" "attempt" (func $attempt (result i32)))"#;
const NOW: &str = r#"(import "shipslog:step/clock@0.1.0" "now" (func $now (result i64)))"#;
const SLEEP: &str = r#"(import "shipslog:step/clock@0.1.0" "sleep" (func $sleep (param i64) (result i32)))"#;
const LOG: &str = r#"(import "shipslog:step/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
const GET: &str = r#"(import "shipslog:step/kubernetes@0.1.0" "get"
    (func $get (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;

/// A host function to call over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// `context.attempt`, which no journal holds.
    Attempt,
    /// `clock.now`, whose answer a journal holds.
    Now,
    /// `kubernetes.get` of a `ConfigMap`, whose answer a journal holds.
    Get,
}

/// A step that makes so many calls of one kind.
pub(crate) fn calls(call: Call, times: u32) -> Result<Vec<u8>> {
    let (import, body) = match call {
        Call::Attempt => (ATTEMPT, "(drop (call $attempt))"),
        Call::Now => (NOW, "(drop (call $now))"),
        Call::Get => (
            GET,
            "(global.set $free (i32.const 65536))
             (call $get (i32.const 0) (i32.const 0) (i32.const 48) (i32.const 2) (i32.const 52) (i32.const 9)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 256))",
        ),
    };
    let work = format!(
        "(local $left i32) (local.set $left (i32.const {times}))
         (block $done (loop $again
            (br_if $done (i32.eqz (local.get $left))) {body}
            (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br $again)))"
    );
    component(import, "", &work)
}

/// A step that does nothing.
pub(crate) fn nothing() -> Result<Vec<u8>> {
    component("", "", "")
}

/// A step that waits until it is cancelled.
pub(crate) fn waiting() -> Result<Vec<u8>> {
    component(SLEEP, "", "(drop (call $sleep (i64.const 9000000000000)))")
}

/// A step that computes for ever.
pub(crate) fn spinning() -> Result<Vec<u8>> {
    component("", "", "(loop $again (br $again))")
}

/// A step that writes to the task log for ever.
pub(crate) fn flooding() -> Result<Vec<u8>> {
    component(
        LOG,
        "",
        "(loop $again (call $log (i32.const 1) (i32.const 32) (i32.const 5)) (br $again))",
    )
}

/// A step that takes all the memory it gets and writes to each page of it, for ever.
pub(crate) fn allocating() -> Result<Vec<u8>> {
    let work = "(local $page i32)
        (loop $more
            (drop (memory.grow (i32.const 16)))
            (local.set $page (i32.const 3))
            (loop $touch
                (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
                (local.set $page (i32.add (local.get $page) (i32.const 1)))
                (br_if $touch (i32.lt_u (local.get $page) (memory.size))))
            (br $more))";
    component("", "", work)
}

/// A step of about a mebibyte that does nothing with its code.
pub(crate) fn large() -> Result<Vec<u8>> {
    const FUNCTIONS: u32 = 2_000;
    const LINES: u32 = 45;
    let mut functions = String::new();
    for function in 0..FUNCTIONS {
        write!(functions, "(func (param $a i32) (param $b i32) (result i32)")?;
        for line in 0..LINES {
            let number = function.wrapping_mul(31).wrapping_add(line * 7919);
            write!(
                functions,
                "(local.set $a (i32.add (i32.mul (local.get $a) (i32.const {number})) (local.get $b)))"
            )?;
        }
        write!(functions, "(local.get $a))")?;
    }
    component("", &functions, "")
}

fn component(imports: &str, functions: &str, work: &str) -> Result<Vec<u8>> {
    let length = DESCRIPTION.len();
    let description = DESCRIPTION.replace('"', "\\\"");
    let module = wat::parse_str(format!(
        r#"(module
            {imports}
            (memory (export "memory") 3)
            (global $free (mut i32) (i32.const 65536))
            (data (i32.const 32) "hello") (data (i32.const 48) "v1") (data (i32.const 52) "ConfigMap")
            (data (i32.const 64) "page") (data (i32.const 1024) "{description}") (data (i32.const 16384) "[]")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $free)
                (global.set $free (i32.and (i32.const -8)
                    (i32.add (global.get $free) (i32.add (local.get 3) (i32.const 15))))))
            (func (export "describe") (result i32)
                (i32.store (i32.const 96) (i32.const 1024)) (i32.store (i32.const 100) (i32.const {length}))
                i32.const 96)
            (func (export "check") (param i32 i32) (result i32)
                (i32.store (i32.const 116) (i32.const 16384)) (i32.store (i32.const 120) (i32.const 2))
                i32.const 112)
            {functions}
            (func (export "run") (param i32 i32) (result i32) {work} i32.const 0))"#
    ))?;
    wrap(module)
}

fn wrap(mut module: Vec<u8>) -> Result<Vec<u8>> {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../step-sdk/wit"))?;
    let world = resolve.select_world(&[package], Some("step"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .encode()
        .context("a step for the bench does not become a component")
}
