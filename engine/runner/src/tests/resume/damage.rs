//! Records that do not fit the run: nothing is done for it, and its end says where and why.

use proptest::prelude::*;
use serde_json::value::RawValue;
use shipslog_test_support::component::work;

use super::*;
use crate::tests::{Yard, doing, plain};
use crate::{AttemptOutcome, Call, Class, Component, EndReason, Ended, Recorder as _, Suspended, Trace};

const NAP: &str = "(drop (call $clock.sleep (i64.const 1000)))";
const CRASH: &str = "unreachable";
const ONLY_END: &str = "";

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

/// What a nap leaves, call by call.
fn slept(index: u64, what: What) -> Entry {
    Entry {
        call: Call::new(index, Class::Suspending, "clock.sleep", "1000"),
        arguments: Some(raw("1000")),
        traces: Vec::new(),
        what,
    }
}

fn answer() -> What {
    What::Answer(raw("null"))
}

fn open() -> What {
    What::Suspended(Suspended {
        at: 0,
        until: 1_000,
        done: 0,
        total: 0,
    })
}

async fn run_on(yard: &Yard, run: &str, entries: Vec<Vec<u8>>) -> (Ended, Lives) {
    let lives = Lives::new(16);
    for entry in entries {
        lives.ledger.entry(entry, Vec::new());
    }
    lives.ledger.crash(true);
    (life(yard, &lives, &doing(run)).await, lives)
}

/// One life of the run, to its end.
async fn life(yard: &Yard, lives: &Lives, component: &Component) -> Ended {
    let (assignment, ledger) = (lives.scene.assignment.clone(), Arc::clone(&lives.ledger));
    let run = yard
        .runner
        .run(component, assignment, ledger, lives.scene.cancel.clone());
    run.await.unwrap()
}

/// Ends for a reason that is never tried again, in a sentence with these words, and nothing was done.
async fn ends(run: &str, entries: Vec<Vec<u8>>, reason: EndReason, words: &[&str]) {
    let (ended, lives) = run_on(&plain(), run, entries).await;
    let said = &ended.message;
    assert_eq!(
        (ended.outcome, ended.reason),
        (AttemptOutcome::Errored, Some(reason)),
        "{said}"
    );
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    assert!(lives.world.changes().is_empty() && lives.ledger.told().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_something_else_than_it_did_stops_at_the_first_difference() {
    let other = |function, arguments| Entry {
        call: Call::new(0, Class::Suspending, function, arguments),
        ..slept(0, answer())
    };
    let asleep = "clock.sleep 1000 (suspending";
    for (run, entries, words) in [
        (NAP, vec![other("clock.sleep", "2000")], ["call 0 was", asleep]),
        (
            NAP,
            vec![other("kubernetes.wait", "1000")],
            ["call 0 was kubernetes.wait", asleep],
        ),
        (NAP, vec![slept(1, answer())], ["call 0 was", asleep]),
        (
            NAP,
            vec![slept(0, answer()), slept(1, answer())],
            ["call 1 was", "is now the step's end"],
        ),
        (
            ONLY_END,
            vec![slept(0, answer())],
            ["call 0 was", "is now the step's end"],
        ),
        (
            CRASH,
            vec![slept(0, answer())],
            ["call 0 was", "it gave up by itself"],
        ),
    ] {
        let entries = entries.iter().map(Entry::encode).collect();
        ends(run, entries, EndReason::Diverged, &words).await;
    }
}

#[tokio::test(start_paused = true)]
async fn further_calls_are_new_ones_once_the_record_is_at_its_end() {
    for run in [NAP.repeat(2), NAP.to_owned() + &work::log("hello")] {
        let (ended, lives) = run_on(&plain(), &run, vec![slept(0, answer()).encode()]).await;
        assert_eq!(ended.outcome, AttemptOutcome::Succeeded, "{}", ended.message);
        assert!(lives.ledger.entries().len() == 3 || lives.ledger.told().len() == 1);
    }
}

#[tokio::test(start_paused = true)]
async fn entries_that_say_what_cannot_have_happened_are_a_damaged_journal() {
    let unknown = Entry {
        traces: vec![Trace::Opened(handle(9))],
        ..slept(0, answer())
    };
    let nobody_waits_so = Entry {
        call: Call::new(0, Class::Suspending, "clock.nap", "1000"),
        ..slept(0, open())
    };
    let of_no_arguments = Entry {
        call: Call::new(0, Class::Suspending, "kubernetes.wait", "1000"),
        ..slept(0, open())
    };
    let cases = [
        (b"{".to_vec(), "entry 0 of its journal cannot be read"),
        (
            slept(0, What::Answer(raw("[17]"))).encode(),
            "call 0 cannot be used",
        ),
        (
            slept(0, What::Sealed(handle(9))).encode(),
            "call 0 cannot be used",
        ),
        (unknown.encode(), "call 0 cannot be used"),
        (nobody_waits_so.encode(), "call 0 cannot be used"),
        (of_no_arguments.encode(), "call 0 cannot be used"),
    ];
    for (entry, words) in cases {
        ends(NAP, vec![entry], EndReason::JournalDamaged, &[words]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_without_room_ends_the_run_at_the_limits_that_it_began_with() {
    for kept in [0, 16] {
        let yard = Yard::new(|it| it.kept_stores = kept);
        for (entries, bytes, words) in [
            (5, u64::MAX, "it has 5 entries"),
            (u64::MAX, 3 << 10, "it holds 3 KiB"),
        ] {
            let mut lives = Lives::new(kept);
            let limits = &mut lives.scene.assignment.limits;
            (limits.journal_entries, limits.journal_bytes) = (entries, bytes);
            let component = doing(&work::again(&work::sleep(1)));
            let mut last = None;
            // A second life finds it as full as the first left it.
            for _ in 0..2 {
                let ended = life(&yard, &lives, &component).await;
                assert_eq!(ended.reason, Some(EndReason::JournalFull), "{}", ended.message);
                assert!(ended.message.contains(words), "{}", ended.message);
                let (held, size) = (lives.ledger.entries(), |it: &Entry| it.encode().len() as u64);
                assert!(held.len() as u64 <= entries && held.iter().map(size).sum::<u64>() <= bytes);
                assert!(last.is_none_or(|it| it == held.len()));
                last = Some(held.len());
                lives.ledger.crash(true);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_call_may_pass_is_what_it_was_when_the_run_began() {
    let yard = Yard::new(|it| it.call_limit = 2);
    let (ended, lives) = run_on(&yard, &work::log("hello"), Vec::new()).await;
    assert_eq!(ended.outcome, AttemptOutcome::Succeeded, "{}", ended.message);
    assert_eq!(lives.ledger.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_large_for_a_journal_ends_the_run() {
    let mut lives = Lives::new(16);
    lives.scene.assignment.limits.answer_bytes = 40;
    let run = lives.run();
    let error = Step::default().act(&run, Op::Get(0)).await;
    assert!(error.is_ok(), "not found is short");
    let error = Step::default()
        .act(&run, Op::Look(3))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("kubernetes.explain has") && error.contains("at most 40"),
        "{error}"
    );
}

fn corpus() -> Vec<Vec<u8>> {
    let what = [
        answer(),
        open(),
        What::Cancelled,
        What::Sealed(handle(2)),
        What::Intent(crate::Intent::default()),
    ];
    let traces = vec![
        Trace::Drawn(7),
        Trace::Opened(handle(1)),
        Trace::Minted {
            handle: handle(3),
            place: vec!["a".to_owned()],
            binary: true,
        },
        Trace::OutcomeUnknown,
    ];
    let entry = |what| Entry {
        traces: traces.clone(),
        ..slept(3, what)
    };
    what.into_iter().map(|it| entry(it).encode()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_that_are_no_entry_are_refused_and_never_a_panic(
        which in 0..5usize,
        at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        depth in 0..40_000usize,
    ) {
        let entry = corpus().swap_remove(which);
        let same = Entry::decode(&entry).unwrap();
        prop_assert_eq!(same.encode(), entry.clone());
        let mut bytes = entry.clone();
        for (index, byte) in at {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(read) = Entry::decode(&bytes) {
            prop_assert!(Entry::decode(&read.encode()).is_ok());
        }
        let cut = cut.index(entry.len());
        prop_assert!(Entry::decode(&entry[..cut]).is_err());
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let deep = String::from_utf8(entry).unwrap().replace(":1000,", &format!(":{nested},"));
        let _ = Entry::decode(deep.as_bytes());
    }
}
