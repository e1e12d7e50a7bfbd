//! Random scripts, random crashes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use shipslog_events::ids::Handle;
use shipslog_sealing::replace_handles;

use super::op::{EPILOGUE, op};
use super::*;
use crate::testing::is_answer;

/// For ever, as far as these scripts go.
const NEVER: usize = usize::MAX;

/// Handles and times are new each time; what they are called does not matter. An apply that was sent already changes
/// nothing when it is sent again, and says so.
fn in_order(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let known: RefCell<BTreeMap<Handle, usize>> = RefCell::default();
    let named = |handle: &Handle| {
        let mut known = known.borrow_mut();
        let next = known.len();
        Some(format!("handle {}", known.entry(handle.clone()).or_insert(next)))
    };
    let timeless = |it: String| {
        if it.starts_with("now ") {
            "now".to_owned()
        } else {
            it.replace("changed: true", "changed: false")
        }
    };
    texts
        .into_iter()
        .map(|it| replace_handles(&timeless(it), named))
        .collect()
}

/// What entries of answers say, without those that only a crash leaves.
fn journal(lives: &Lives) -> Vec<String> {
    let mut traces = Vec::new();
    let mut all = Vec::new();
    for entry in lives.ledger.entries() {
        traces.extend(entry.traces.clone());
        if is_answer(&entry) {
            all.push(format!("{:?} {:?}", entry.call, std::mem::take(&mut traces)));
        }
    }
    all
}

fn all_of(lives: &Lives, answers: Vec<String>, run: &Run) -> Vec<String> {
    let mut all = answers;
    all.extend(lives.ledger.told());
    all.extend(lives.world.changes());
    all.extend(
        lives
            .world
            .objects()
            .into_iter()
            .map(|(key, it)| format!("{key}: {it}")),
    );
    all.push(format!("progress {:?}", run.progress.at()));
    all.extend(journal(lives));
    in_order(all)
}

async fn undisturbed(script: &[Op], kept: usize) -> (Vec<String>, usize) {
    let lives = Lives::new(kept);
    match lives.live(script, NEVER).await {
        (End::Over(answers, run), places) => (all_of(&lives, answers, &run), places),
        (End::Cut(_), _) => panic!("nothing cuts it off"),
    }
}

/// Cuts a run off after so many things each time, then lets it go on.
async fn cut(script: &[Op], kept: usize, cuts: &[(usize, bool)]) -> Vec<String> {
    let lives = Lives::new(kept);
    for (until, all) in cuts {
        let (End::Cut(answers) | End::Over(answers, _), _) = lives.live(script, *until).await;
        lives.ledger.crash(*all);
        let (durable, again) = (lives.ledger.entries(), lives.run());
        // A wait that is open answers nothing yet.
        let known = durable.iter().filter(|it| is_answer(it)).count();
        let mut step = Step::default();
        for (op, before) in script.iter().zip(&answers) {
            if lives.ledger.entries().len() > durable.len() || !again.is_replaying() || known == 0 {
                break;
            }
            let fuse = Arc::new(Fuse::new(0));
            lives.ledger.lives_until(fuse);
            let now = tokio::select! {
                biased;
                now = step.act(&again, *op) => now,
                () = std::future::ready(()) => break,
            };
            assert_eq!(now.unwrap(), *before, "{op:?} was durable");
        }
        lives.ledger.crash(false);
    }
    match lives.live(script, NEVER).await {
        (End::Over(answers, run), _) => all_of(&lives, answers, &run),
        (End::Cut(_), _) => panic!("nothing cuts it off any more"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_that_is_cut_off_again_and_again_comes_to_the_end_of_an_undisturbed_one(
        script in vec(op(), 1..14),
        kept in prop_oneof![Just(0), Just(16)],
        cuts in vec((0..60usize, any::<bool>()), 1..5),
    ) {
        paused().block_on(async {
            let script = [&script[..], &EPILOGUE].concat();
            let (expected, _) = undisturbed(&script, 16).await;
            let (parked, _) = undisturbed(&script, 0).await;
            pretty(&parked, &expected, "without a store");
            pretty(&cut(&script, kept, &cuts).await, &expected, "cut off");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn so_does_one_that_is_cut_off_at_each_of_its_places_in_turn(script in vec(op(), 1..3), kept in 0..2usize) {
        paused().block_on(async {
            let script = [&script[..], &EPILOGUE[..4]].concat();
            let (expected, places) = undisturbed(&script, kept).await;
            for place in 0..places {
                for all in [false, true] {
                    let what = format!("cut off at {place}, everything durable: {all}");
                    pretty(&cut(&script, kept, &[(place, all)]).await, &expected, &what);
                }
            }
        });
    }
}

/// The first line that differs, not all of them.
fn pretty(actual: &[String], expected: &[String], what: &str) {
    for (number, line) in expected.iter().enumerate() {
        assert_eq!(actual.get(number), Some(line), "{what}: line {number}");
    }
    assert_eq!(
        actual.len(),
        expected.len(),
        "{what}: {:?}",
        &actual[expected.len()..]
    );
}
