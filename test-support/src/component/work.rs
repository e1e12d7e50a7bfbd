//! What many steps do, to be put one behind the other.

/// In front of a call, so that the answers to the calls before it are given up: one that is made for ever must not run
/// out of memory.
pub const FORGET: &str = "(global.set $free (global.get $heap))";

/// Writes all of its inputs to the task log.
pub const LOG_INPUTS: &str = "(call $log.write (i32.const 1) (local.get $inputs) (local.get $length))";

/// Writes a line to the task log.
pub fn log(text: &str) -> String {
    format!("(call $log.write (i32.const 1) {text:?})")
}

/// Sleeps for some milliseconds, or until it is asked to stop.
pub fn sleep(milliseconds: u64) -> String {
    format!("(drop (call $clock.sleep (i64.const {milliseconds})))")
}

/// Sleeps until it is asked to stop.
pub fn sleep_on() -> String {
    sleep(9_000_000_000_000)
}

/// Ends `run` with a no, in these words.
pub fn failed(message: &str) -> String {
    format!("(return (call $end (i32.const 0) {message:?}))")
}

/// Ends `run` without having found out, in these words.
pub fn errored(message: &str) -> String {
    format!("(return (call $end (i32.const 1) {message:?}))")
}

/// Does it for ever.
pub fn again(body: &str) -> String {
    format!("(loop $again {body} (br $again))")
}
