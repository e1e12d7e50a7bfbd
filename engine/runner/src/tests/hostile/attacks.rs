//! Attacks from inside a running step: what is tried, what stops it, and the sentence that people read. The guide of the
//! sandbox quotes the sentences; `the_guide_quotes_every_sentence` holds it to that.

use shipslog_test_support::component::work::FORGET;

use super::*;

/// What is tried, what stops it, how the run ends.
type Attack = (&'static str, &'static str, String, &'static str);

const CALLS: &str = "the step made more than 300 calls to its host, which is the limit";
const OUTSIDE: &str = "the step passed a text or a list that does not lie in its memory";
const TOO_MUCH: &str = "the step passed more than 8192 KiB in one call, which is the limit";
const GAVE_UP: &str = "the step crashed: it gave up by itself (`unreachable`, as after a panic)";

fn calls() -> Vec<Attack> {
    let flood = |what, stops, call: &str| (what, stops, work::again(&format!("{FORGET} {call}")), CALLS);
    let once = |what, stops, call: &str, ends| (what, stops, call.to_owned(), ends);
    vec![
        flood("calls the host for ever", "a run has so many calls", r#"(call $log.write (i32.const 1) "hello")"#),
        flood("sleeps for no time, for ever", "a run has so many calls", "(drop (call $clock.sleep (i64.const 0)))"),
        flood("logs a megabyte again and again", "16 KiB of a line are kept, 8 MiB of a run", "(call $log.write (i32.const 1) (global.get $far) (i32.const 1048576))"),
        flood("reports progress for ever", "50 reports at once, then 20 a second, 1 KiB each", "(call $progress.report (i32.const 1) (i32.const 2) (global.get $far) (i32.const 1048576))"),
        flood("sets an output for ever", "1000 outputs and 4 MiB of them", r#"(call $outputs.set "address" "{}" (global.get $answer))"#),
        flood("reaches a milestone for ever", "200 milestones and 1 MiB of them", r#"(call $milestones.reached "traffic-moved" "{}" (global.get $answer))"#),
        flood("asks for a variable of a megabyte's name", "it is unknown", "(call $variables.get (global.get $far) (i32.const 1048576) (global.get $answer))"),
        once("passes ten megabytes", "a call's copied bytes", "(call $log.write (i32.const 1) (i32.const 0) (i32.const 10485760))", TOO_MUCH),
        once("says a text has a gigabyte", "lengths are checked before anything is copied", "(call $log.write (i32.const 1) (i32.const 0) (i32.const 1073741824))", OUTSIDE),
        once("says a text has 4 gigabytes less one", "lengths are checked before anything is copied", "(call $log.write (i32.const 1) (global.get $far) (i32.const -1))", OUTSIDE),
        once("waits for five million things", "lengths are checked before anything is copied", "(call $kubernetes.wait (i32.const 0) (i32.const 5000000) (i32.const 1) (global.get $answer))", OUTSIDE),
        once("wants 4 gigabytes of randomness", "64 KiB a call", "(call $random.bytes (i32.const -1) (global.get $answer))", "the step was stopped: it asked for more than 64 KiB of random bytes in one call"),
        once("puts secrets into a text of megabytes", "1 MiB a text", "(call $secrets.format (global.get $far) (i32.const 2097152) (i32.const 0) (global.get $answer))", "the step was stopped: it put sensitive values into a text of more than 1 MiB"),
        ("grows a table for ever", "60,000 elements, counted as memory", "(loop $l (br_if $l (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1)))) unreachable".to_owned(), GAVE_UP),
        ("computes for ever between calls", "the step's deadline; others have their turn every 10 ms", work::log("hello") + &work::again(""), "the step was stopped after 1 s, its deadline"),
        ("sleeps for half a billion years", "the step's deadline", "(drop (call $clock.sleep (i64.const -1)))".to_owned(), "the step was stopped after 1 s, its deadline"),
    ]
}

/// A table to grow, and an address behind which memory is zero for megabytes.
const BESIDE: &str = "(table $table 1 funcref) (global $far i32 (i32.const 1048576))";

fn step(run: &str) -> Component {
    built(&guest().doing(run).with(BESIDE).pages(200))
}

fn yard() -> Yard {
    Yard::new(|it| (it.memory_limit, it.calls) = (32 << 20, 300))
}

#[tokio::test]
async fn each_attack_is_stopped_in_words_and_little_is_left_behind() {
    let yard = yard();
    for (what, stops, run, ends) in calls() {
        let scene = short(Duration::from_secs(if ends.contains("deadline") {
            1
        } else {
            60
        }));
        let ended = yard.run(&step(&run), &scene).await;
        assert_eq!(ended, errored(ends), "{what}");
        let bytes: usize = scene.told().iter().map(String::len).sum();
        assert!(bytes < 9 << 20, "{what} left {bytes} bytes behind");
        println!("| {what} | {stops} | {ends} |");
    }
}

/// Components that are not even begun with.
fn files() -> Vec<(&'static str, String, &'static str)> {
    let in_one = |count: usize, part: &str| part.repeat(count);
    let nested: Vec<String> = (1..60)
        .map(|it| {
            let last = it - 1;
            format!(
                "(component $c{it} (alias outer 1 $c{last} (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))"
            )
        })
        .collect();
    let core = "(core module $m)";
    vec![
        (
            "components inside components, doubled sixty times",
            format!(
                "(component (component $c0 {core} (core instance (instantiate $m))) {} (instance (instantiate $c59)))",
                nested.concat()
            ),
            "the component is not compiled: it has more than 16 inner components",
        ),
        (
            "65 instances of a module",
            format!(
                "(component {core} {})",
                in_one(65, "(core instance (instantiate $m))")
            ),
            "the component needs more than a sandbox has: ",
        ),
        (
            "three memories",
            "(component (core module $m (memory 1) (memory 1) (memory 1)) (core instance (instantiate $m)))"
                .to_owned(),
            "the component needs more than a sandbox has: ",
        ),
        (
            "a table of a million elements",
            "(component (core module $m (table 1000000 funcref)) (core instance (instantiate $m)))"
                .to_owned(),
            "the component needs more than a sandbox has: ",
        ),
        (
            "a function of two megabytes",
            format!("(component (core module (func {})))", in_one(1 << 20, "nop nop ")),
            "the component is not compiled: it has more than 1048576 bytes of code in one function",
        ),
        (
            "a function of 40,000 variables",
            format!(
                "(component (core module (func (local {}) {})))",
                in_one(40_000, "i64 "),
                in_one(8_000, "nop ")
            ),
            "the component is not compiled: it has more than 268435456 bytes of code times variables in one function",
        ),
        (
            "100,001 functions",
            format!("(component (core module {}))", in_one(100_001, "(func)")),
            "the component is not compiled: it has more than 100000 functions",
        ),
    ]
}

#[tokio::test]
async fn a_file_that_would_cost_too_much_is_refused_at_once() {
    let yard = plain();
    for (what, text, sentence) in files() {
        let component = Component::new(wat::parse_str(text).unwrap());
        let ended = yard.run(&component, &Scene::new()).await;
        assert_eq!(ended.outcome, AttemptOutcome::Errored);
        assert!(ended.message.starts_with(sentence), "{what}: {}", ended.message);
        println!(
            "| {what} | a look at it before it is compiled | {} |",
            ended.message
        );
    }
}

#[test]
fn the_guide_quotes_every_sentence() {
    let guide = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guide/sandbox.md"
    ))
    .unwrap();
    let running = calls().into_iter().map(|it| it.3);
    let numbers = |it: &str| it.replace("300", "10000").replace("after 1 s", "after 1800 s");
    for sentence in running.chain(files().into_iter().map(|it| it.2)) {
        assert!(
            guide.contains(numbers(sentence).trim_end()),
            "the guide lacks: {sentence}"
        );
    }
}
