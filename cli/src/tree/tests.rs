use shipslog_api::deployments::{Attempt, Denial, DeploymentStatus, WaitingFor};
use shipslog_events::event::deployment::{DeploymentEndReason, EndReason, Layer};
use shipslog_events::event::process::GateKind;

use super::*;
use crate::testing::samples;

fn drawn(deployment: &Deployment) -> String {
    anstream::adapter::strip_str(&crate::deployment::one(deployment)).to_string()
}

#[test]
fn a_running_deployment_shows_what_it_waits_for() {
    let target = samples::waiting_for("waiting for Deployment httpd-deployments-3: 0 of 1 replicas ready");
    let expected = "\
▸ deployments-3: Httpd 1.0.1 to Development: running, requested by alice
  ▸ Deploy httpd (deploy-containers@1)
    ▸ Httpd Development: running
      · 2 of 5: waiting for Deployment httpd-deployments-3: 0 of 1 replicas ready";
    let deployment = samples::deployment(DeploymentStatus::Running, target);
    assert_eq!(drawn(&deployment), expected);
}

#[test]
fn a_failed_deployment_tells_the_whole_reason() {
    let target = samples::failed("the probe fails\nno-such-command: not found");
    let mut deployment = samples::deployment(DeploymentStatus::Failed, target);
    deployment.item.reason = Some(DeploymentEndReason::Errored);
    deployment.message = Some(
        "Deploy httpd on Httpd Development: the probe fails\nno-such-command: not found\n\
         debris is kept until the next success"
            .to_owned(),
    );
    let expected = "\
✗ deployments-3: Httpd 1.0.1 to Development: failed (errored) after 1m 11s, requested by alice
  ✗ Deploy httpd (deploy-containers@1)
    ✗ Httpd Development: failed
      ✓ applied: Deployment httpd-deployments-3
      ✗ denied by boundary: get secrets in httpd-production
      · url = http://x
      · token = (sensitive)
      ✗ the probe fails
        no-such-command: not found
  · debris is kept until the next success";
    assert_eq!(drawn(&deployment), expected);
}

#[test]
fn a_reason_that_repeats_the_status_is_not_told() {
    let mut deployment = samples::deployment(DeploymentStatus::Cancelled, samples::pending());
    deployment.item.reason = Some(DeploymentEndReason::Cancelled);
    let shown = drawn(&deployment);
    assert!(
        shown.starts_with("- deployments-3: Httpd 1.0.1 to Development: cancelled after"),
        "{shown}"
    );
}

#[test]
fn a_waiting_deployment_says_why() {
    let mut deployment = samples::deployment(DeploymentStatus::Waiting, samples::pending());
    deployment.item.waiting_for = Some(WaitingFor::EarlierDeployment {
        deployment: DeploymentId(2),
    });
    let expected = "\
· deployments-3: Httpd 1.0.1 to Development: waiting, requested by alice
  · waiting for deployments-2 in Development
  · Deploy httpd (deploy-containers@1)
    · Httpd Development: pending";
    assert_eq!(drawn(&deployment), expected);
}

#[test]
fn attempts_are_numbered_when_there_are_more_than_one() {
    let first = Attempt {
        message: Some("the server stopped".to_owned()),
        ..samples::attempt(1, RunStatus::Errored)
    };
    let second = samples::attempt(2, RunStatus::Running);
    let target = samples::target(RunStatus::Running, vec![first, second]);
    let drawn = drawn(&samples::deployment(DeploymentStatus::Running, target));
    assert!(
        drawn.contains("! attempt 1 errored: the server stopped\n"),
        "{drawn}"
    );
    assert!(drawn.ends_with("▸ attempt 2 running"), "{drawn}");
}

#[test]
fn what_the_api_server_said_of_a_refusal_stands_under_our_own_words() {
    let attempt = Attempt {
        denials: vec![Denial {
            layer: Layer::Admission,
            rule: "apply on ConfigMap page".to_owned(),
            message: Some("exceeded quota:\nhard".to_owned()),
        }],
        ..samples::attempt(1, RunStatus::Failed)
    };
    let target = samples::target(RunStatus::Failed, vec![attempt]);
    let drawn = drawn(&samples::deployment(DeploymentStatus::Failed, target));
    let expected = "
      ✗ denied by admission: apply on ConfigMap page
          exceeded quota:
          hard";
    assert!(drawn.ends_with(expected), "{drawn}");
}

#[test]
fn a_run_says_how_often_it_was_resumed_and_why_it_is_not_tried_again() {
    let told = |resumed: u32| {
        let attempt = Attempt {
            resumed,
            end_reason: Some(EndReason::OutcomeUnknown),
            message: Some("the write may have been done".to_owned()),
            ..samples::attempt(1, RunStatus::Errored)
        };
        let target = samples::target(RunStatus::Errored, vec![attempt]);
        drawn(&samples::deployment(DeploymentStatus::Failed, target))
    };
    let expected = "
      · resumed 2 times after the server stopped
      ! the write may have been done
      · it is not tried again by itself: nobody knows whether its last write was done; look before you deploy again";
    let twice = told(2);
    assert!(twice.ends_with(expected), "{twice}");
    let once = told(1);
    assert!(once.contains("resumed once after the server stopped"), "{once}");
    let never = told(0);
    assert!(!never.contains("resumed"), "{never}");
}

#[test]
fn a_step_is_as_its_most_pressing_target() {
    let step = |statuses: &[RunStatus]| Step {
        name: "Deploy".into(),
        uses: Some("deploy-containers@1".to_owned()),
        targets: statuses.iter().map(|it| samples::target(*it, vec![])).collect(),
        gate: None,
    };
    let differ = [RunStatus::Succeeded, RunStatus::Failed, RunStatus::Running];
    assert_eq!(of_step(DeploymentId(3), &step(&differ)).sign, Sign::Failed);
    let skipped = of_step(DeploymentId(3), &step(&[]));
    assert_eq!(skipped.sign, Sign::Plain);
    assert!(
        skipped
            .text
            .ends_with("skipped, as no target had one of its roles"),
        "{}",
        skipped.text
    );
}

#[test]
fn a_target_is_named_in_full_also_where_its_name_could_be_a_place() {
    let mut target = samples::pending();
    target.target = "Blue on green".into();
    let drawn = drawn(&samples::deployment(DeploymentStatus::Running, target));
    assert!(drawn.ends_with("· Blue on green: pending"), "{drawn}");
}

#[test]
fn a_sensitive_value_is_never_shown() {
    let attempt = Attempt {
        outputs: vec![samples::output("token", true, Some("abc"))],
        ..samples::attempt(1, RunStatus::Succeeded)
    };
    let target = samples::target(RunStatus::Succeeded, vec![attempt]);
    assert!(!drawn(&samples::deployment(DeploymentStatus::Succeeded, target)).contains("abc"));
}

#[test]
fn a_gate_says_until_when_it_waits_and_then_who_decided_and_why() {
    let gate = |status, because: Option<&str>| Step {
        name: "Approve".into(),
        uses: None,
        targets: vec![],
        gate: Some(Gate {
            kind: GateKind::Manual,
            status,
            instructions: Some("look at the page".to_owned()),
            opened_at: None,
            expires_at: Some("2026-01-09T03:04:05Z".parse().unwrap()),
            decided_at: None,
            decided_by: Some("alice".to_owned()),
            decided_because: because.map(str::to_owned),
        }),
    };
    let said = |step: &Step| {
        let line = of_step(DeploymentId(3), step);
        (line.sign, line.text)
    };
    for (status, because, sign, text) in [
        (GateStatus::Pending, None, Sign::Pending, "Approve (gate)"),
        (
            GateStatus::Open,
            None,
            Sign::Running,
            "Approve (gate): open until 2026-01-09 03:04:05Z: look at the page",
        ),
        (
            GateStatus::Passed,
            Some("seen"),
            Sign::Passed,
            "Approve (gate): passed by alice: seen",
        ),
        (
            GateStatus::Failed,
            None,
            Sign::Failed,
            "Approve (gate): failed by alice",
        ),
        (
            GateStatus::Expired,
            None,
            Sign::Failed,
            "Approve (gate): not decided in its time",
        ),
    ] {
        assert_eq!(said(&gate(status, because)), (sign, text.to_owned()));
    }
}
