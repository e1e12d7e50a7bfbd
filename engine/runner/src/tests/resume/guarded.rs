//! Writes that must not happen twice, cut off at each place; and cancellation, which comes from a write or a wait.

use shipslog_test_support::component::work;

use super::op::Carries::{Both, Nothing};
use super::*;
use crate::tests::{doing, plain};
use crate::{AttemptOutcome, EndReason};

const NEVER: usize = usize::MAX;
const GUARDED: [Op; 3] = [
    Op::Apply(0, 1, Both),
    Op::Patch(0, 1, Nothing),
    Op::Delete(0, Nothing),
];

/// Cuts the second of two calls off after so many things, lets `meanwhile` happen, and goes on. The last answer.
async fn cut(
    op: Op,
    until: usize,
    interference: usize,
    meanwhile: impl Fn(&FakeCluster),
) -> (Lives, String, bool) {
    let lives = Lives::new(16);
    lives.world.interferes("patch", interference);
    let script = [Op::Apply(0, 0, Nothing), op];
    lives.live(&script, until).await;
    lives.ledger.crash(false);
    meanwhile(&lives.world);
    let entries = lives.ledger.entries();
    let announced = entries.last().is_some_and(|it| is_guarded(&it.what));
    let (End::Over(mut answers, _), _) = lives.live(&script, NEVER).await else {
        panic!("nothing cuts it off");
    };
    let answer = answers.pop().unwrap();
    (lives, answer, announced)
}

fn is_guarded(what: &What) -> bool {
    matches!(what, What::Intent(it) if it.precondition.is_some())
}

/// Places that two calls go past.
async fn places(op: Op) -> usize {
    Lives::new(16)
        .live(&[Op::Apply(0, 0, Nothing), op], NEVER)
        .await
        .1
}

#[tokio::test(start_paused = true)]
async fn a_guarded_write_happens_once_wherever_it_is_cut_off() {
    for op in GUARDED {
        for until in 0..places(op).await {
            let (lives, answer, _) = cut(op, until, 0, |_| ()).await;
            assert!(answer.starts_with("Ok"), "{op:?} at {until}: {answer}");
            assert_eq!(lives.world.changes().len(), 2, "{op:?} at {until}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_whose_object_was_changed_meanwhile_is_not_sent_and_says_that_nobody_knows() {
    let mut unknown = 0;
    for op in [Op::Apply(0, 1, Both), Op::Patch(0, 1, Nothing)] {
        for until in 0..places(op).await {
            let somebody =
                |it: &FakeCluster| writes(it, "ConfigMap", "one", &json!({ "value": "somebody's" }));
            let (lives, answer, announced) = cut(op, until, 0, somebody).await;
            if announced {
                unknown += 1;
                assert!(answer.contains("OutcomeUnknown"), "{op:?} at {until}: {answer}");
                let object = &lives.world.objects()["ConfigMap one"];
                assert_eq!(
                    object["data"],
                    json!({ "value": "somebody's" }),
                    "{op:?} at {until}"
                );
            } else {
                assert!(!answer.contains("OutcomeUnknown"), "{op:?} at {until}: {answer}");
            }
        }
    }
    assert!(unknown >= 4, "{unknown}");
}

#[tokio::test(start_paused = true)]
async fn a_patch_that_was_refused_and_announced_again_happens_once() {
    let op = Op::Patch(0, 1, Nothing);
    let undisturbed = Lives::new(16);
    undisturbed.world.interferes("patch", 2);
    let (_, places) = undisturbed.live(&[Op::Apply(0, 0, Nothing), op], NEVER).await;
    let intents = |lives: &Lives| {
        let entries = lives.ledger.entries();
        entries
            .iter()
            .filter(|it| matches!(it.what, What::Intent(_)))
            .count()
    };
    assert_eq!(intents(&undisturbed), 4, "the apply, and three times the patch");
    let mut known = 0;
    for until in 0..places {
        let (lives, answer, announced) = cut(op, until, 2, |_| ()).await;
        // Refused before the crash, and nobody wrote that down: only the object could tell, and it was changed.
        if announced && answer.contains("OutcomeUnknown") {
            assert_eq!(lives.world.changes().len(), 1, "at {until}");
        } else {
            known += 1;
            assert!(answer.starts_with("Ok"), "at {until}: {answer}");
            assert_eq!(lives.world.changes().len(), 2, "at {until}");
        }
    }
    assert!(known > places / 3, "{known} of {places}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_with_a_write_of_which_nobody_knows_says_so_in_its_end() {
    let lives = Lives::new(16);
    writes(&lives.world, "ConfigMap", "page", &json!({}));
    let page = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "page" } }).to_string();
    // Without force, and only where it has the identity and the version `hello`.
    let guards = r#"(i32.const 0) (i32.const 1) "hello" (i32.const 1) "hello""#;
    let apply = format!("(call $kubernetes.apply {page:?} {guards} (global.get $answer))");
    let run = apply + &work::errored("hello");
    let component = doing(&run);
    let yard = plain();
    let go_on = |until| {
        let fuse = Arc::new(Fuse::new(until));
        lives.ledger.lives_until(Arc::clone(&fuse));
        let (ledger, assignment) = (Arc::clone(&lives.ledger), lives.scene.assignment.clone());
        let (runner, component, cancel) =
            (yard.runner.clone(), component.clone(), lives.scene.cancel.clone());
        async move {
            tokio::select! {
                ended = runner.run(&component, assignment, ledger, cancel) => Some(ended.unwrap()),
                () = fuse.blown() => None,
            }
        }
    };
    // The announcement went along with the event that the object is about to be written.
    assert!(go_on(2).await.is_none());
    lives.ledger.crash(false);
    assert!(matches!(lives.ledger.entries()[0].what, What::Intent(_)));
    let ended = go_on(NEVER).await.unwrap();
    assert_eq!(
        (ended.outcome, ended.reason),
        (AttemptOutcome::Errored, Some(EndReason::OutcomeUnknown))
    );
    assert!(lives.world.changes().is_empty());
}

/// Every kind of call, and whether it hears that the run is to stop.
const CALLS: [(Op, bool); 12] = [
    (Op::Get(0), false),
    (Op::Look(0), false),
    (Op::Now, false),
    (Op::Random(4), false),
    (Op::Format(0), false),
    (Op::Log(3), false),
    (Op::Milestone(1), false),
    (Op::Apply(1, 0, Nothing), true),
    (Op::Apply(0, 1, Both), true),
    (Op::Patch(0, 1, Nothing), true),
    (Op::Delete(0, Nothing), true),
    (Op::Wait(0), true),
];

fn has_heard(answer: &str) -> bool {
    answer.contains("Cancelled")
}

#[tokio::test(start_paused = true)]
async fn a_write_or_a_wait_hears_of_a_cancellation_once_over_all_lives_and_is_not_done() {
    for (op, hears) in CALLS {
        for crash in [None, Some(false), Some(true)] {
            let lives = Lives::new(16);
            let (run, mut step) = (lives.run(), Step::default());
            step.act(&run, Op::Apply(0, 0, Nothing)).await.unwrap();
            run.recorder.flush().await.unwrap();
            lives.scene.cancel.request();
            lives.scene.cancel.request();
            let answer = step.act(&run, op).await.unwrap();
            let mut heard = hears;
            assert_eq!(has_heard(&answer), heard, "{op:?}: {answer}");
            assert_eq!(lives.world.changes().len(), 1, "{op:?}");
            let run = if let Some(all) = crash {
                lives.ledger.crash(all);
                let (run, mut step) = (lives.run(), Step::default());
                step.act(&run, Op::Apply(0, 0, Nothing)).await.unwrap();
                let again = step.act(&run, op).await.unwrap();
                // A write of which nothing is known may have been sent: it is not taken back.
                heard = hears && (all || matches!(op, Op::Wait(_)));
                assert_eq!(has_heard(&again), heard, "{op:?} again: {again}");
                run
            } else {
                run
            };
            let mut later = Vec::new();
            // The first write after a crash may have been sent before: it is not taken back.
            for op in [
                Op::Apply(1, 7, Nothing),
                Op::Apply(1, 9, Nothing),
                Op::Sleep,
                Op::Apply(1, 8, Nothing),
            ] {
                later.push(step.act(&run, op).await.unwrap());
            }
            let times = later.iter().filter(|it| has_heard(it)).count();
            assert_eq!(times, usize::from(!heard), "{op:?}: {later:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_sent_is_answered_although_the_run_is_to_stop() {
    for op in GUARDED {
        let script = [Op::Apply(0, 0, Nothing), op];
        // The last thing seen outside is the answer.
        for until in places(op).await - 2..places(op).await {
            let lives = Lives::new(16);
            lives.live(&script, until).await;
            lives.ledger.crash(false);
            lives.scene.cancel.request();
            let (End::Over(answers, run), _) = lives.live(&script, NEVER).await else {
                panic!("nothing cuts it off");
            };
            let unsent = lives.world.changes().len() == 1;
            assert_eq!(has_heard(&answers[1]), unsent, "{op:?} at {until}: {answers:?}");
            let next = Step::default().act(&run, Op::Apply(1, 7, Nothing)).await.unwrap();
            assert_eq!(has_heard(&next), !unsent, "{op:?} at {until}");
        }
    }
}
