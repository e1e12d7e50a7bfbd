//! Steps that each do one thing, so that what is measured is the host.

use std::fmt::Write as _;

use shipslog_test_support::component::Step;
use shipslog_test_support::component::work::{FORGET, again, log, sleep_on};

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

/// In no namespace, by its name, with nothing else wanted.
const GET: &str = r#"(call $kubernetes.get "" "v1" "ConfigMap" (i32.const 0) (i32.const 0) (i32.const 0) "page"
    (global.get $answer))"#;

/// A step that makes so many calls of one kind.
pub(crate) fn calls(call: Call, times: u32) -> Vec<u8> {
    let body = match call {
        Call::Attempt => "(drop (call $context.attempt))".to_owned(),
        Call::Now => "(drop (call $clock.now))".to_owned(),
        Call::Get => format!("{FORGET} {GET}"),
    };
    component(&format!(
        "(local $left i32) (local.set $left (i32.const {times}))
         (block $done {})",
        again(&format!(
            "(br_if $done (i32.eqz (local.get $left))) {body}
             (local.set $left (i32.sub (local.get $left) (i32.const 1)))"
        ))
    ))
}

/// A step that does nothing.
pub(crate) fn nothing() -> Vec<u8> {
    component("")
}

/// A step that waits until it is cancelled.
pub(crate) fn waiting() -> Vec<u8> {
    component(&sleep_on())
}

/// A step that computes for ever.
pub(crate) fn spinning() -> Vec<u8> {
    component(&again(""))
}

/// A step that writes to the task log for ever.
pub(crate) fn flooding() -> Vec<u8> {
    component(&again(&log("hello")))
}

/// A step that takes all the memory it gets and writes to each page of it, for ever.
pub(crate) fn allocating() -> Vec<u8> {
    let touch = "(drop (memory.grow (i32.const 16)))
        (local.set $page (i32.const 3))
        (loop $touch
            (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
            (local.set $page (i32.add (local.get $page) (i32.const 1)))
            (br_if $touch (i32.lt_u (local.get $page) (memory.size))))";
    component(&format!("(local $page i32) {}", again(touch)))
}

/// A step of about a mebibyte that does nothing with its code.
pub(crate) fn large() -> Vec<u8> {
    const FUNCTIONS: u32 = 2_000;
    const LINES: u32 = 45;
    let mut functions = String::new();
    for function in 0..FUNCTIONS {
        functions += "(func (param $a i32) (param $b i32) (result i32)";
        for line in 0..LINES {
            let number = function.wrapping_mul(31).wrapping_add(line * 7919);
            write!(
                functions,
                "(local.set $a (i32.add (i32.mul (local.get $a) (i32.const {number})) (local.get $b)))"
            )
            .expect("a string takes what is written to it");
        }
        functions += "(local.get $a))";
    }
    Step::default().with(&functions).component()
}

fn component(work: &str) -> Vec<u8> {
    Step::that(work).component()
}
