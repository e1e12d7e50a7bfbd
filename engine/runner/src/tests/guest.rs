//! Tiny steps, written by hand: a core module in text, wrapped into a component of the world.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::component::Component;

/// Without capabilities beyond reading maps called `page-…`.
pub(super) const DESCRIPTION: &str = r#"{"name":"test","version":"1.2.3","summary":"A test.","inputs":{"type":"object"},
    "capabilities":[{"verbs":["get"],"kind":"ConfigMap","name":"page-*"}],"outputs":[],"milestones":[]}"#;

pub(super) struct Guest<'a> {
    pub(super) describe: &'a str,
    /// Discriminant, then what it holds.
    pub(super) check: (u8, &'a str),
    /// Leaves the address of the result on the stack; at 0 there is an `ok`.
    pub(super) run: &'a str,
    pub(super) pages: u32,
    /// Run before `describe` answers.
    pub(super) aside: &'a str,
}

impl Default for Guest<'_> {
    fn default() -> Self {
        Self {
            describe: DESCRIPTION,
            check: (0, "[]"),
            run: "i32.const 0",
            pages: 3,
            aside: "",
        }
    }
}

/// Writes `hello` (at 32) to the log.
pub(super) const LOG_ONCE: &str = "(call $log (i32.const 1) (i32.const 32) (i32.const 5)) i32.const 0";
/// Never comes back.
pub(super) const LOOP: &str = "(loop $l (br $l)) unreachable";
/// Takes page after page.
pub(super) const GROW: &str = "(loop $l (drop (memory.grow (i32.const 1))) (br $l)) unreachable";
/// Calls itself until the stack is full.
pub(super) const RECURSE: &str = "(call $deep (i32.const 0))";
/// Calls the host for ever.
pub(super) const FLOOD: &str =
    "(loop $l (call $log (i32.const 1) (i32.const 32) (i32.const 5)) (br $l)) unreachable";
/// A text of 10 MiB.
pub(super) const GIANT: &str = "(call $log (i32.const 1) (i32.const 0) (i32.const 10485760)) i32.const 0";
/// Sleeps for as long as it may; then says `hello` as a failure.
pub(super) const SLEEP: &str = "(drop (call $sleep (i64.const 9000000000000))) \
    (i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const 0)) \
    (i32.store (i32.const 72) (i32.const 32)) (i32.store (i32.const 76) (i32.const 5)) i32.const 64";
/// Sleeps, hears that it is to stop, and computes on.
pub(super) const STUBBORN: &str =
    "(drop (call $sleep (i64.const 9000000000000))) (loop $l (br $l)) unreachable";

/// What is applied.
const PAGE: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"page"}}"#;

/// Applies the same object for ever.
pub(super) fn apply() -> String {
    let (length, none) = (PAGE.len(), "(i32.const 0) ".repeat(7));
    format!(
        "(loop $l (call $apply (i32.const 32768) (i32.const {length}) {none} (i32.const 256)) (br $l)) unreachable"
    )
}

/// Says `hello` as `failed` (0) or `errored` (1).
pub(super) fn fail(case: u8) -> String {
    format!(
        "(i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const {case})) \
         (i32.store (i32.const 72) (i32.const 32)) (i32.store (i32.const 76) (i32.const 5)) i32.const 64"
    )
}

impl Guest<'_> {
    pub(super) fn component(&self) -> Component {
        Component::new(wrap(&self.module()))
    }

    pub(super) fn module(&self) -> Vec<u8> {
        let (describe, check) = (self.describe.as_bytes(), self.check.1.as_bytes());
        wat::parse_str(format!(
            r#"(module
                (import "shipslog:step/log@0.1.0" "write" (func $log (param i32 i32 i32)))
                (import "shipslog:step/clock@0.1.0" "sleep" (func $sleep (param i64) (result i32)))
                (import "shipslog:step/kubernetes@0.1.0" "apply"
                    (func $apply (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
                (memory (export "memory") {pages})
                (global $free (mut i32) (i32.const 65536))
                (data (i32.const 32) "hello")
                (data (i32.const 1024) "{describe_text}")
                (data (i32.const 16384) "{check_text}")
                (data (i32.const 32768) "{page_text}")
                (func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (global.get $free)
                    (global.set $free (i32.add (global.get $free) (i32.add (local.get 3) (i32.const 8)))))
                (func (export "describe") (result i32)
                    {aside}
                    (i32.store (i32.const 96) (i32.const 1024)) (i32.store (i32.const 100) (i32.const {describe_length}))
                    i32.const 96)
                (func (export "check") (param i32 i32) (result i32)
                    (i32.store8 (i32.const 112) (i32.const {case}))
                    (i32.store (i32.const 116) (i32.const 16384)) (i32.store (i32.const 120) (i32.const {check_length}))
                    i32.const 112)
                (func (export "run") (param i32 i32) (result i32) {run})
            )"#,
            pages = self.pages,
            describe_text = escaped(describe),
            describe_length = describe.len(),
            check_text = escaped(check),
            page_text = escaped(PAGE.as_bytes()),
            check_length = if self.check.0 == 0 { check.len() } else { 1 },
            case = self.check.0,
            aside = self.aside,
            run = self.run,
        ))
        .unwrap()
    }
}

/// One cause in memory, for a `check` that refuses: path `hello`, message `hello`.
pub(super) const CAUSE: &str = "\u{20}\0\0\0\u{5}\0\0\0\u{20}\0\0\0\u{5}\0\0\0";

pub(super) fn wrap(module: &[u8]) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve
        .push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../step-sdk/wit"))
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

fn escaped(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|it| ['\\'.to_string(), hex::encode([*it])])
        .collect()
}
