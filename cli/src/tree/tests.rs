use serde_json::json;

use super::*;
use crate::deployment::samples;

fn drawn(deployment: &Deployment) -> String {
    let lines: Vec<String> = lines(deployment).iter().flat_map(Line::drawn).collect();
    anstream::adapter::strip_str(&lines.join("\n")).to_string()
}

#[test]
fn a_running_deployment_shows_what_it_waits_for() {
    let target = samples::waiting_for("waiting for Deployment httpd-deployments-3: 0 of 1 replicas ready");
    let expected = "\
▸ deployments-3: Httpd 1.0.1 to Development: running, requested by alice
  ▸ Deploy httpd (deploy-containers@1)
    ▸ Httpd Development: running
      · 2 of 5: waiting for Deployment httpd-deployments-3: 0 of 1 replicas ready";
    assert_eq!(drawn(&samples::deployment("running", &target)), expected);
}

#[test]
fn a_failed_deployment_tells_the_whole_reason() {
    let deployment = Deployment {
        reason: Some("step-failed".to_owned()),
        message: Some(
            "Deploy httpd on Httpd Development: the probe fails\nno-such-command: not found\n\
             debris is kept until the next success"
                .to_owned(),
        ),
        ..samples::deployment(
            "failed",
            &samples::failed("the probe fails\nno-such-command: not found"),
        )
    };
    let expected = "\
✗ deployments-3: Httpd 1.0.1 to Development: failed (step-failed) after 1m 11s, requested by alice
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
fn a_waiting_deployment_says_why() {
    let deployment = Deployment {
        waiting_for: Some("waits for deployments-2".to_owned()),
        ..samples::deployment("waiting", &samples::pending())
    };
    let expected = "\
· deployments-3: Httpd 1.0.1 to Development: waiting, requested by alice
  · waits for deployments-2
  · Deploy httpd (deploy-containers@1)
    · Httpd Development: pending";
    assert_eq!(drawn(&deployment), expected);
}

#[test]
fn attempts_are_numbered_when_there_are_more_than_one() {
    let target = json!({ "target": "T", "status": "running", "attempts": [
        { "attempt": 1, "status": "interrupted", "message": "the server stopped" },
        { "attempt": 2, "status": "running" }
    ] });
    let drawn = drawn(&samples::deployment("running", &target));
    assert!(
        drawn.contains("- attempt 1 interrupted: the server stopped\n"),
        "{drawn}"
    );
    assert!(drawn.ends_with("▸ attempt 2 running"), "{drawn}");
}

#[test]
fn what_the_api_server_said_of_a_refusal_stands_under_our_own_words() {
    let target = json!({ "target": "T", "status": "failed", "attempts": [{
        "attempt": 1, "status": "failed",
        "denials": [{ "layer": "admission", "rule": "apply on ConfigMap page", "message": "exceeded quota:\nhard" }]
    }] });
    let drawn = drawn(&samples::deployment("failed", &target));
    let expected = "
      ✗ denied by admission: apply on ConfigMap page
          exceeded quota:
          hard";
    assert!(drawn.ends_with(expected), "{drawn}");
}

#[test]
fn a_run_says_how_often_it_was_resumed_and_why_it_is_not_tried_again() {
    let attempt = |resumed: u32| {
        json!({ "target": "T", "status": "errored", "attempts": [{
        "attempt": 1, "status": "errored", "resumed": resumed, "endReason": "outcome-unknown",
        "message": "the write may have been done"
    }] })
    };
    let twice = drawn(&samples::deployment("failed", &attempt(2)));
    let expected = "
      · resumed 2 times after the server stopped
      ! the write may have been done
      · it is not tried again by itself: nobody knows whether its last write was done; look before you deploy again";
    assert!(twice.ends_with(expected), "{twice}");
    let once = drawn(&samples::deployment("failed", &attempt(1)));
    assert!(once.contains("resumed once after the server stopped"), "{once}");
    let never = drawn(&samples::deployment("failed", &attempt(0)));
    assert!(!never.contains("resumed"), "{never}");
}

#[test]
fn every_reason_of_an_end_has_words_and_an_unknown_one_stays() {
    use shipslog_events::event::deployment::EndReason;
    for reason in [
        EndReason::OutcomeUnknown,
        EndReason::Diverged,
        EndReason::JournalDamaged,
        EndReason::JournalFull,
    ] {
        let word = serde_json::to_value(reason).unwrap();
        let word = word.as_str().unwrap();
        assert!(attempt::in_words(word).contains(' '), "{word}");
    }
    assert_eq!(attempt::in_words("moonlight"), "moonlight");
}

#[test]
fn a_step_is_as_its_most_pressing_target() {
    let target = |status: &str| Target {
        status: status.to_owned(),
        ..Target::default()
    };
    let step = Step {
        targets: vec![target("succeeded"), target("failed"), target("running")],
        ..Step::default()
    };
    assert_eq!(of_step(&step).status, "failed");
    assert_eq!(of_step(&Step::default()).status, "pending");
}

#[test]
fn an_unknown_status_is_shown_as_it_is() {
    assert!(drawn(&samples::deployment("paused", &samples::pending())).contains("· deployments-3"));
}

#[test]
fn a_sensitive_value_is_never_shown() {
    let target = json!({ "target": "T", "status": "succeeded", "attempts": [
        { "attempt": 1, "status": "succeeded", "outputs": [{ "name": "token", "sensitive": true, "value": "abc" }] }
    ] });
    assert!(!drawn(&samples::deployment("succeeded", &target)).contains("abc"));
}
