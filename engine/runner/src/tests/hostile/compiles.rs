//! Compiles that take long are nobody else's.

use super::*;

/// Takes a second or more to compile: thousands of variables, all alive at once.
fn slow(seed: usize) -> Component {
    let body: Vec<String> = (0..5_000)
        .map(|it| {
            let of = |factor: usize| it * factor % 3_500;
            format!(
                "local.get {} local.get {} i64.mul local.set {} ",
                of(7),
                of(13),
                of(3)
            )
        })
        .collect();
    let (body, locals) = (body.concat(), "i64 ".repeat(3_500));
    let function =
        format!("(func (param i64) (local {locals}) i64.const {seed} local.set 0 loop {body} br 0 end)");
    Component::new(wat::parse_str(format!("(component (core module {function}))")).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_gives_up_in_words_and_others_are_compiled_meanwhile() {
    let yard = Yard::new(|it| it.compile_patience = Duration::from_millis(500));
    let (one, two, harmless) = (slow(1), slow(2), built(&guest()));
    let (first, second, quick) = tokio::join!(
        yard.runner.describe(&one),
        yard.runner.describe(&two),
        yard.runner.describe(&harmless),
    );
    for refused in [first, second] {
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the component was not compiled within 0.5 s, and compiles on; try again later, or make it smaller"
        );
    }
    assert_eq!(quick.unwrap().name, "test");
}
