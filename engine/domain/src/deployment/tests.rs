mod played;

use shipslog_events::event::configuration::{Phase, ProcessStep};
use shipslog_events::event::deployment::{Limits, Outcome};
use shipslog_events::event::release::FrozenStep;

use super::*;

fn requested(steps: &[(&str, &[&str])]) -> DeploymentEvent {
    let steps = steps
        .iter()
        .map(|(name, targets)| Entry::Run(planned(name, targets)))
        .collect();
    of(steps)
}

pub(super) fn planned(name: &str, targets: &[&str]) -> PlannedStep {
    PlannedStep {
        step: FrozenStep {
            step: ProcessStep {
                name: name.into(),
                uses: "noop@1".into(),
                roles: vec!["Httpd".into()],
            },
            component: "sha256:00".into(),
        },
        targets: targets.iter().map(|it| (*it).into()).collect(),
    }
}

pub(super) fn of(process: Vec<Entry<PlannedStep>>) -> DeploymentEvent {
    DeploymentEvent::DeploymentRequested {
        deployment: DeploymentId(1),
        project: "Httpd".into(),
        release: "1.0.0".into(),
        environment: "Development".into(),
        phase: Phase {
            name: "Development".into(),
            environments: vec!["Development".into()],
        },
        lane: LaneKey::new("httpd", "development"),
        process,
        targets: Vec::new(),
    }
}

pub(super) fn id(step: &str, target: &str, attempt: u32) -> AttemptId {
    AttemptId {
        step: step.into(),
        target: target.into(),
        attempt: AttemptNumber(attempt),
    }
}

const LIMITS: Limits = Limits {
    memory_bytes: 1,
    call_bytes: 1,
    calls: 1,
    journal_entries: 1,
    journal_bytes: 1,
    answer_bytes: 1,
};

/// The command with which a run begins.
fn start(id: AttemptId) -> Command {
    Command::StartAttempt(Start {
        id,
        seed: "00".to_owned(),
        deadline_seconds: 60,
        host_version: "0".to_owned(),
        component: "sha256:00".into(),
        limits: LIMITS,
        journal_format: Some(1),
    })
}

pub(super) fn started(id: AttemptId) -> DeploymentEvent {
    DeploymentEvent::AttemptStarted {
        id,
        seed: "00".into(),
        deadline_seconds: 1800,
        host_version: "0.1.0".into(),
        component: "sha256:00".into(),
        limits: LIMITS,
        journal_format: Some(1),
    }
}

pub(super) fn ended(id: AttemptId, outcome: AttemptOutcome) -> DeploymentEvent {
    DeploymentEvent::AttemptEnded {
        id,
        outcome,
        reason: None,
        journal: None,
    }
}

fn end_attempt(id: AttemptId, outcome: AttemptOutcome) -> Command {
    Command::EndAttempt {
        id,
        outcome,
        reason: None,
        journal: None,
    }
}

fn resume(id: AttemptId) -> Command {
    Command::ResumeAttempt {
        id,
        entries: 7,
        host_version: "0.1.0".into(),
    }
}

fn given(events: impl IntoIterator<Item = DeploymentEvent>) -> Deployment {
    let turn = DeploymentEvent::DeploymentStarted {};
    let request = requested(&[("a", &["one", "two"]), ("b", &["one"])]);
    [request, turn]
        .into_iter()
        .chain(events)
        .fold(None, |it, event| evolve(it, &event))
        .unwrap()
}

fn passed(step: &str, target: &str) -> [DeploymentEvent; 2] {
    [
        started(id(step, target, 1)),
        ended(id(step, target, 1), AttemptOutcome::Succeeded),
    ]
}

fn end(reason: DeploymentEndReason) -> Vec<Due> {
    vec![Due::End { reason }]
}

/// Due: the run begins, of the component that was planned.
fn begin(id: AttemptId) -> Due {
    let component = "sha256:00".into();
    Due::StartAttempt { id, component }
}

#[test]
fn a_deployment_in_line_waits_for_its_turn() {
    let waiting = evolve(None, &requested(&[("a", &["one"])])).unwrap();
    assert_eq!(next(&waiting), [Due::AwaitTurn]);
}

#[test]
fn a_step_begins_on_all_its_targets_at_once() {
    assert_eq!(
        next(&given([])),
        [begin(id("a", "one", 1)), begin(id("a", "two", 1))]
    );
}

#[test]
fn the_next_step_begins_when_the_one_before_has_passed_everywhere() {
    let half = given(passed("a", "one"));
    assert_eq!(next(&half), [begin(id("a", "two", 1))]);
    let whole = given(passed("a", "one").into_iter().chain(passed("a", "two")));
    assert_eq!(next(&whole), [begin(id("b", "one", 1))]);
}

#[test]
fn it_succeeds_when_every_step_has_passed() {
    let all = passed("a", "one")
        .into_iter()
        .chain(passed("a", "two"))
        .chain(passed("b", "one"));
    assert_eq!(next(&given(all)), end(DeploymentEndReason::Succeeded));
}

#[test]
fn a_failure_ends_it_when_the_other_targets_are_done_and_no_new_run_begins() {
    let running = given([
        started(id("a", "one", 1)),
        started(id("a", "two", 1)),
        ended(id("a", "one", 1), AttemptOutcome::Failed),
    ]);
    assert_eq!(next(&running), [Due::Attend(id("a", "two", 1))]);
    let unstarted = given([
        started(id("a", "one", 1)),
        ended(id("a", "one", 1), AttemptOutcome::Failed),
    ]);
    assert_eq!(next(&unstarted), end(DeploymentEndReason::Failed));
}

#[test]
fn an_error_is_tried_again_but_not_for_ever() {
    let attempts = (1..=3).flat_map(|it| {
        [
            started(id("a", "one", it)),
            ended(id("a", "one", it), AttemptOutcome::Errored),
        ]
    });
    let two = passed("a", "two");
    let once = given(two.clone().into_iter().chain(attempts.clone().take(2)));
    assert_eq!(next(&once), [begin(id("a", "one", 2))]);
    assert_eq!(
        next(&given(two.into_iter().chain(attempts))),
        end(DeploymentEndReason::Errored)
    );
}

/// Attempts of step `a` on target `one` that ended so, one after the other.
fn errored(reasons: impl IntoIterator<Item = Option<EndReason>>) -> Vec<DeploymentEvent> {
    let attempts = (1..).zip(reasons).flat_map(|(number, reason)| {
        let end = DeploymentEvent::AttemptEnded {
            id: id("a", "one", number),
            outcome: AttemptOutcome::Errored,
            reason,
            journal: None,
        };
        [started(id("a", "one", number)), end]
    });
    attempts.collect()
}

#[test]
fn a_cluster_that_is_away_is_tried_for_longer_than_a_step_that_errors() {
    let away = Some(EndReason::ClusterAway);
    let given = |reasons: Vec<Option<EndReason>>| {
        next(&given(passed("a", "two").into_iter().chain(errored(reasons))))
    };
    let nearly = [vec![None; ERRORED_ATTEMPTS - 1], vec![away; AWAY_ATTEMPTS - 1]].concat();
    let again = u32::try_from(nearly.len()).unwrap() + 1;
    assert_eq!(given(nearly.clone()), [begin(id("a", "one", again))]);
    for last in [None, away] {
        let reasons = [nearly.clone(), vec![last]].concat();
        assert_eq!(given(reasons), end(DeploymentEndReason::Errored), "{last:?}");
    }
}

/// What is due after a run errored for a reason.
fn due_after(reason: EndReason) -> Vec<Due> {
    let errored = DeploymentEvent::AttemptEnded {
        id: id("a", "one", 1),
        outcome: reason.outcome(),
        reason: Some(reason),
        journal: None,
    };
    let events = passed("a", "two")
        .into_iter()
        .chain([started(id("a", "one", 1)), errored]);
    next(&given(events))
}

#[test]
fn a_run_that_could_not_begin_for_what_may_pass_begins_again() {
    let again = [begin(id("a", "one", 2))];
    for reason in [
        EndReason::ClusterAway,
        EndReason::ComponentErrored,
        EndReason::ServerFailed,
    ] {
        assert_eq!(due_after(reason), again, "{reason}");
    }
}

#[test]
fn an_error_that_must_not_be_tried_again_is_not() {
    for reason in [
        EndReason::OutcomeUnknown,
        EndReason::Diverged,
        EndReason::JournalDamaged,
        EndReason::JournalFull,
    ] {
        assert_eq!(due_after(reason), end(DeploymentEndReason::Errored), "{reason}");
    }
}

#[test]
fn only_a_run_that_goes_on_is_resumed_and_that_is_counted() {
    let (begun, over) = (
        started(id("a", "one", 1)),
        ended(id("a", "one", 1), AttemptOutcome::Failed),
    );
    let running = given([begun.clone()]);
    let resumed = decide(&running, resume(id("a", "one", 1))).unwrap().remove(0);
    let again = evolve(Some(running), &resumed).unwrap();
    assert_eq!(again.attempts[0].resumed, 1);
    assert_eq!(next(&again)[0], Due::Attend(id("a", "one", 1)));
    let refused = decide(&given([begun, over]), resume(id("a", "one", 1))).unwrap_err();
    assert!(
        refused.to_string().contains("has nothing to go on from"),
        "{refused}"
    );
}

#[test]
fn cancelling_asks_what_runs_to_stop_and_begins_nothing() {
    let cancelled = given([started(id("a", "one", 1)), DeploymentEvent::CancelRequested {}]);
    assert_eq!(
        next(&cancelled),
        [
            Due::Attend(id("a", "one", 1)),
            Due::CancelAttempt(id("a", "one", 1))
        ]
    );
    let stopped = evolve(
        Some(cancelled),
        &ended(id("a", "one", 1), AttemptOutcome::Cancelled),
    )
    .unwrap();
    assert_eq!(next(&stopped), end(DeploymentEndReason::Cancelled));
}

#[test]
fn cancelling_one_in_line_ends_it() {
    let waiting = evolve(None, &requested(&[("a", &["one"])]));
    let cancelled = evolve(waiting, &DeploymentEvent::CancelRequested {}).unwrap();
    assert_eq!(next(&cancelled), end(DeploymentEndReason::Cancelled));
}

#[test]
fn a_late_report_is_refused_and_says_why() {
    let over = given([DeploymentEvent::DeploymentEnded {
        outcome: Outcome::Failed,
        reason: DeploymentEndReason::Failed,
    }]);
    let late = end_attempt(id("a", "one", 1), AttemptOutcome::Succeeded);
    let refusal = decide(&over, late).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "deployments-1 is over (failed) and takes no more commands"
    );
}

#[test]
fn an_attempt_out_of_order_is_refused() {
    let start = |attempt| start(id("a", "one", attempt));
    assert!(decide(&given([]), start(2)).is_err());
    assert!(decide(&given([started(id("a", "one", 1))]), start(2)).is_err());
    assert!(decide(&given([]), start(1)).is_ok());
}

#[test]
fn cancelling_twice_is_cancelling_once() {
    let cancelled = given([DeploymentEvent::CancelRequested {}]);
    assert_eq!(decide(&cancelled, Command::Cancel), Ok(Vec::new()));
}
