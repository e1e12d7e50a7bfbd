//! Tiny steps that tests of the whole engine deploy by name.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde_json::json;

use super::Step;
use super::work::{LOG_INPUTS, errored, failed, sleep, sleep_on};

/// Sets its output `token` to the handle that is all of its input `text`.
const MINT: &str = r#"(call $outputs.set-sensitive "token"
    (i32.add (local.get $inputs) (i32.const 9)) (i32.const 68) (global.get $answer))"#;

/// The component that `uses: <name>@1` means. It takes `text`; only `reach` needs any rights.
///
/// - `pass`, `reach` and `object` write their inputs to the task log; `object` finds every input wrong before that
/// - `mint` makes an output of a sensitive value
/// - `fail` says no, `err` cannot find out; each says `hello`
/// - `wait` sleeps until it is asked to stop
/// - `nap` writes its inputs and sleeps for a while: long enough for a crash to come between
/// - `blink` handles a sensitive value, and does a little of everything that a journal knows
pub fn tiny(name: &str) -> Vec<u8> {
    static BUILT: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock();
    built
        .entry(name.to_owned())
        .or_insert_with(|| step(name).component())
        .clone()
}

fn step(name: &str) -> Step {
    let right = json!([{ "verbs": ["get"], "kind": "ConfigMap", "name": "page" }]);
    let rights = if name == "reach" { right } else { json!([]) };
    let step = Step::that(&work_of(name))
        .asking(&rights.to_string())
        .described(|it| {
            it["name"] = json!("tiny");
            it["version"] = json!("1.0.0");
            it["inputs"] = json!({ "type": "object", "additionalProperties": false,
            "properties": { "text": { "type": "string" } } });
            it["capabilities"] = rights;
            it["outputs"] = json!([{ "name": "token", "summary": "", "sensitive": true }]);
        });
    match name {
        "object" => step.objecting(&[["", "hello"]]),
        _ => step,
    }
}

fn work_of(name: &str) -> String {
    match name {
        "pass" | "reach" | "object" => LOG_INPUTS.to_owned(),
        "mint" => MINT.to_owned(),
        "fail" => failed("hello"),
        "err" => errored("hello"),
        "wait" => sleep_on() + &failed("hello"),
        "nap" => LOG_INPUTS.to_owned() + &sleep(1500),
        "blink" => [LOG_INPUTS, &sleep(1), MINT, &sleep(1), LOG_INPUTS].concat(),
        _ => panic!("there is no tiny step `{name}`"),
    }
}
