use serde_json::json;
use shipslog_events::event::deployment::{DeploymentEndReason, EndReason, Layer};
use shipslog_events::ids::AttemptNumber;

use super::*;
use crate::testing::{moment, round_trip, words};

fn item() -> DeploymentItem {
    DeploymentItem {
        id: DeploymentId(3),
        project: "Httpd".into(),
        release: "1.0.1".into(),
        environment: "Development".into(),
        phase: "First".into(),
        status: DeploymentStatus::Failed,
        reason: Some(DeploymentEndReason::Errored),
        waiting_for: None,
        cancel_requested: false,
        requested_at: moment(),
        requested_by: "alice".to_owned(),
        ended_at: Some(moment()),
    }
}

fn attempt() -> Attempt {
    Attempt {
        number: AttemptNumber(1),
        status: RunStatus::Errored,
        resumed: 2,
        end_reason: Some(EndReason::OutcomeUnknown),
        message: Some("the write may have been done".to_owned()),
        milestones: vec![Milestone {
            name: "applied".to_owned(),
            detail: Some(json!({ "from": 1 })),
        }],
        denials: vec![Denial {
            layer: Layer::Admission,
            rule: "apply on ConfigMap page".to_owned(),
            message: Some("exceeded quota".to_owned()),
        }],
        outputs: vec![Output {
            name: "address".to_owned(),
            sensitive: false,
            value: Some(json!("10.0.0.1")),
        }],
    }
}

#[test]
fn statuses_are_words() {
    let all = [
        DeploymentStatus::Waiting,
        DeploymentStatus::Running,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
        DeploymentStatus::Cancelled,
        DeploymentStatus::Superseded,
    ];
    assert_eq!(
        words(&all),
        [
            "waiting",
            "running",
            "succeeded",
            "failed",
            "cancelled",
            "superseded"
        ]
    );
    assert_eq!(
        all.map(DeploymentStatus::is_end),
        [false, false, true, true, true, true]
    );
    let all = [
        RunStatus::Pending,
        RunStatus::Running,
        RunStatus::Succeeded,
        RunStatus::Failed,
        RunStatus::Errored,
        RunStatus::Cancelled,
    ];
    let on_the_wire = words(&all);
    assert_eq!(on_the_wire, all.map(|it| it.to_string()));
    assert_eq!(on_the_wire[4], "errored");
}

#[test]
fn a_deployment_is_its_item_with_its_steps() {
    let progress = Progress {
        done: 2,
        total: 5,
        message: "0 of 1 replicas ready".to_owned(),
    };
    let target = StepTarget {
        target: "Here".into(),
        status: RunStatus::Errored,
        progress: Some(progress),
        attempts: vec![attempt()],
    };
    let step = Step {
        name: "Deploy".into(),
        uses: Some("deploy-containers@1".to_owned()),
        targets: vec![target],
        gate: None,
    };
    let deployment = Deployment {
        item: item(),
        requested_because: Some("a rehearsal".to_owned()),
        cancelled_by: Some("alice".to_owned()),
        cancelled_because: None,
        message: Some("Deploy on Here: errored".to_owned()),
        position: Position(40),
        steps: vec![step],
    };
    let shown = round_trip(&deployment);
    assert_eq!(
        (&shown["id"], &shown["status"]),
        (&json!("deployments-3"), &json!("failed"))
    );
    assert_eq!(
        shown["steps"][0]["targets"][0]["attempts"][0]["endReason"],
        "outcome-unknown"
    );
    round_trip(&item());
}

#[test]
fn what_a_run_has_not_is_left_out() {
    let attempt = Attempt {
        resumed: 0,
        end_reason: None,
        denials: vec![Denial {
            message: None,
            ..attempt().denials[0].clone()
        }],
        outputs: vec![Output {
            name: "token".to_owned(),
            sensitive: true,
            value: None,
        }],
        ..attempt()
    };
    let shown = round_trip(&attempt);
    assert!(
        shown.get("resumed").is_none() && shown.get("endReason").is_none(),
        "{shown}"
    );
    assert_eq!(shown["outputs"], json!([{ "name": "token", "sensitive": true }]));
    assert_eq!(
        shown["denials"],
        json!([{ "layer": "admission", "rule": "apply on ConfigMap page" }])
    );
}

#[test]
fn a_word_that_is_news_is_no_status_and_a_field_that_is_news_is_passed_over() {
    let mut shown = serde_json::to_value(item()).unwrap();
    shown["colour"] = json!("red");
    assert!(serde_json::from_value::<DeploymentItem>(shown.clone()).is_ok());
    shown["status"] = json!("paused");
    let refused = serde_json::from_value::<DeploymentItem>(shown)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("unknown variant `paused`"), "{refused}");
}

#[test]
fn requests_and_their_answers() {
    let promote = Deploy {
        project: "Httpd".into(),
        release: "1.0.1".into(),
        environments: None,
        whole_phase: false,
    };
    assert_eq!(
        round_trip(&promote),
        json!({ "project": "Httpd", "release": "1.0.1" })
    );
    round_trip(&Deploy {
        whole_phase: true,
        ..promote.clone()
    });
    let deploy = Deploy {
        environments: Some(vec!["Europe".into(), "America".into()]),
        ..promote
    };
    assert_eq!(
        round_trip(&deploy),
        json!({ "project": "Httpd", "release": "1.0.1", "environments": ["Europe", "America"] })
    );
    let accepted = DeploymentsAccepted {
        deployments: vec![DeploymentAccepted {
            deployment: DeploymentId(3),
            environment: "Production".into(),
        }],
        position: Position(9),
    };
    let shown = json!({
        "deployments": [{ "deployment": "deployments-3", "environment": "Production" }],
        "position": 9,
    });
    assert_eq!(round_trip(&accepted), shown);
    round_trip(&CancelAccepted {
        position: Position(10),
    });
    round_trip(&Filter {
        release: Some("1.0.1".into()),
        open: true,
        ..Filter::default()
    });
}

#[test]
fn what_it_waits_for_is_a_word_for_programs_and_a_sentence_for_people() {
    let waiting = DeploymentItem {
        status: DeploymentStatus::Waiting,
        waiting_for: Some(WaitingFor::EarlierDeployment {
            deployment: DeploymentId(2),
        }),
        ..item()
    };
    assert_eq!(
        round_trip(&waiting)["waitingFor"],
        json!({ "code": "earlier-deployment", "deployment": "deployments-2" })
    );
    assert_eq!(
        waiting.waits().unwrap(),
        "waiting for deployments-2 in Development"
    );
    assert_eq!(item().waits(), None);
}

#[test]
fn what_is_to_be_typed_can_be_pasted_into_a_shell() {
    let waits = |gate: &str| {
        let waiting = DeploymentItem {
            waiting_for: Some(WaitingFor::Gate { gate: gate.into() }),
            ..item()
        };
        waiting.waits().unwrap()
    };
    assert!(
        waits("Approve").contains("`shipslog gate pass deployments-3 Approve`"),
        "{}",
        waits("Approve")
    );
    let odd = waits("don't $HOME");
    assert!(odd.contains(r"pass deployments-3 'don'\''t $HOME'`"), "{odd}");
}
