//! Steps that call anything with anything: the world's imports as bare functions of numbers.

use crate::component::Component;
use crate::tests::guest::wrap;

/// A component whose `run` is this; `hello` lies at 32, and memory is zero elsewhere.
pub(super) fn step(run: &str) -> Component {
    let description = crate::tests::guest::DESCRIPTION
        .replace('"', "\\22")
        .replace('\n', " ");
    let length = crate::tests::guest::DESCRIPTION.len();
    let text = format!(
        r#"(module
            (import "shipslog:step/log@0.1.0" "write" (func $log (param i32 i32 i32)))
            (import "shipslog:step/progress@0.1.0" "report" (func $progress (param i32 i32 i32 i32)))
            (import "shipslog:step/outputs@0.1.0" "set" (func $output (param i32 i32 i32 i32 i32)))
            (import "shipslog:step/milestones@0.1.0" "reached" (func $milestone (param i32 i32 i32 i32 i32)))
            (import "shipslog:step/variables@0.1.0" "get" (func $variable (param i32 i32 i32)))
            (import "shipslog:step/secrets@0.1.0" "format" (func $format (param i32 i32 i32 i32)))
            (import "shipslog:step/random@0.1.0" "bytes" (func $random (param i32 i32)))
            (import "shipslog:step/clock@0.1.0" "sleep" (func $sleep (param i64) (result i32)))
            (import "shipslog:step/kubernetes@0.1.0" "wait" (func $wait (param i32 i32 i32 i32)))
            (memory (export "memory") 200)
            (table $table 1 funcref)
            (global $free (mut i32) (i32.const 65536))
            (data (i32.const 32) "hello")
            (data (i32.const 64) "address")
            (data (i32.const 80) "traffic-moved")
            (data (i32.const 96) "{{}}")
            (data (i32.const 1024) "{description}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (global.get $free))
            (func (export "describe") (result i32)
                (i32.store (i32.const 512) (i32.const 1024)) (i32.store (i32.const 516) (i32.const {length})) i32.const 512)
            (func (export "check") (param i32 i32) (result i32)
                (i32.store8 (i32.const 520) (i32.const 0))
                (i32.store (i32.const 524) (i32.const 96)) (i32.store (i32.const 528) (i32.const 0)) i32.const 520)
            (func (export "run") (param i32 i32) (result i32) {run})
        )"#
    );
    Component::new(wrap(&wat::parse_str(text).unwrap()))
}

/// The same call for ever.
pub(super) fn again(call: &str) -> String {
    format!("(loop $l {call} (br $l)) unreachable")
}
