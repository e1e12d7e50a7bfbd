//! Histories written straight into the log, as the driver would write them.

use serde_json::{Value, json};
use shipslog_events::event::deployment::{
    AttemptOutcome, DeploymentEndReason, DeploymentEvent, Layer, Outcome,
};
use shipslog_events::event::lane::LaneEvent;
use shipslog_events::event::process::Entry;
use shipslog_events::event::progress::ProgressEvent;
use shipslog_events::event::release::{FrozenPackage, ReleaseEvent};
use shipslog_events::ids::{DeploymentId, Position};
use shipslog_events::{LogLevel, Stream};
use shipslog_log::TaskLogLine;

use super::Server;
use super::facts::{
    Fact, append, attempt, denied, ended, lane, milestone, output, phase, requested, started, step,
};

/// Makes facts for the log.
pub(super) struct History;

impl History {
    /// Project Httpd with environments, lifecycle and release 1.0.0; answers with the position.
    pub(super) async fn released(server: &Server) -> Position {
        server
            .apply(json!([
                { "kind": "Environment", "name": "Development" },
                { "kind": "Environment", "name": "Production" },
                { "kind": "Lifecycle", "name": "Application", "phases": [
                    { "name": "First", "environments": ["Development"] },
                    { "name": "Last", "environments": ["Production"] }
                ] }
            ]))
            .await;
        let project = json!({
            "kind": "Project", "name": "Httpd", "lifecycle": "Application",
            "process": [{ "name": "Deploy/it", "uses": "deploy-containers@1", "roles": ["Httpd"], "with": {} }]
        });
        let document = shipslog_domain::document::Document::read(&project).unwrap();
        let applied = shipslog_events::event::configuration::ConfigurationEvent::DocumentApplied {
            name: "Httpd".into(),
            slug: "httpd".into(),
            revision: 1,
            facts: document.facts(),
        };
        let created = ReleaseEvent::ReleaseCreated {
            project: "Httpd".into(),
            version: "1.0.0".into(),
            lifecycle: "Application".into(),
            revision: 1,
            packages: vec![FrozenPackage {
                name: "httpd".into(),
                feed: "Docker".into(),
                reference: "httpd:2.4.71@sha256:00".into(),
                version: "2.4.71".into(),
                digest: "sha256:00".into(),
            }],
            process: vec![Entry::Run(step())],
        };
        append(
            server,
            vec![
                (
                    Stream::Configuration,
                    vec![(applied.into(), vec![("document", project.to_string())])],
                ),
                (Stream::Releases("httpd".into()), vec![(created.into(), vec![])]),
            ],
        )
        .await
    }

    /// The same, with a target to send it to, which does not answer.
    pub(super) async fn deployable(server: &Server) {
        Self::released(server).await;
        Self::reachable(server).await;
    }

    /// There is a target in Development.
    pub(super) async fn reachable(server: &Server) {
        server
            .apply(json!([
                { "kind": "Certificate", "name": "ca", "pem": "-----BEGIN CERTIFICATE-----" },
                { "kind": "Account", "name": "nobody", "token": "none" },
                { "kind": "Target", "name": "Here", "account": "nobody", "environments": ["Development"],
                  "cluster": { "url": "https://127.0.0.1:1", "certificate": "ca" }, "roles": ["Httpd"] }
            ]))
            .await;
    }

    /// A deployment that has ended after two runs, with everything that can be said of one.
    pub(super) async fn ended(server: &Server) -> DeploymentId {
        Self::released(server).await;
        let id = server.store.events.reserve_deployment().await.unwrap();
        let (first, second) = (attempt(1), attempt(2));
        let facts: Vec<Fact> = vec![
            (requested(id).into(), vec![]),
            (DeploymentEvent::DeploymentStarted {}.into(), vec![]),
            (started(&first), vec![]),
            (ended(&first, AttemptOutcome::Errored), vec![]),
            (started(&second), vec![]),
            (denied(&second, Layer::Boundary, "get secrets elsewhere"), vec![]),
            (
                denied(&second, Layer::Admission, "apply on ConfigMap page"),
                vec![("message", "exceeded quota".to_owned())],
            ),
            (
                milestone(&second),
                vec![("detail", json!({ "from": 1 }).to_string())],
            ),
            (
                output(&second, "address", false),
                vec![("value", "\"10.0.0.1\"".to_owned())],
            ),
            (
                output(&second, "token", true),
                vec![("value", "shipslog-handle-x".to_owned())],
            ),
            (
                ended(&second, AttemptOutcome::Failed),
                vec![("message", "the pod never came up".to_owned())],
            ),
            (
                DeploymentEvent::DeploymentEnded {
                    outcome: Outcome::Failed,
                    reason: DeploymentEndReason::Failed,
                }
                .into(),
                vec![("message", "Deploy/it failed".to_owned())],
            ),
        ];
        let turn = [
            LaneEvent::TurnRequested {
                deployment: id,
                ready: true,
                supersedes: false,
            },
            LaneEvent::TurnTaken { deployment: id },
            LaneEvent::TurnEnded {
                deployment: id,
                outcome: Outcome::Failed,
            },
        ];
        let turn = turn.into_iter().map(|it| (it.into(), vec![])).collect();
        let going = ProgressEvent::EnvironmentRequested {
            project: "Httpd".into(),
            version: "1.0.0".into(),
            phase: phase(),
            environment: "Development".into(),
            deployment: id,
        };
        let lines = [(LogLevel::Info, "begins"), (LogLevel::Warning, "takes long")];
        let lines = lines
            .into_iter()
            .zip(0..)
            .map(|((level, message), index)| TaskLogLine {
                deployment: id,
                attempt: second.clone(),
                index,
                line: 0,
                at: 1_800_000_000_000,
                level,
                message: message.into(),
            });
        server.store.task_log.write_lines(lines.collect()).await.unwrap();
        append(
            server,
            vec![
                (Stream::Deployment(id), facts),
                (Stream::Lane(lane()), turn),
                (
                    Stream::Progress("httpd".into(), "1.0.0".into()),
                    vec![(going.into(), vec![])],
                ),
            ],
        )
        .await;
        id
    }

    /// A deployment in line behind one that nobody carries out.
    pub(super) async fn waiting(server: &Server) -> DeploymentId {
        Self::released(server).await;
        let ahead = server.store.events.reserve_deployment().await.unwrap();
        let id = server.store.events.reserve_deployment().await.unwrap();
        let turns = [
            LaneEvent::TurnRequested {
                deployment: ahead,
                ready: true,
                supersedes: false,
            },
            LaneEvent::TurnTaken { deployment: ahead },
            LaneEvent::TurnRequested {
                deployment: id,
                ready: true,
                supersedes: false,
            },
        ];
        let turns = turns.into_iter().map(|it| (it.into(), vec![])).collect();
        let position = append(
            server,
            vec![
                (Stream::Lane(lane()), turns),
                (Stream::Deployment(id), vec![(requested(id).into(), vec![])]),
            ],
        )
        .await;
        let patience = std::time::Duration::from_mins(1);
        server.engine.views().reach(position, patience).await.unwrap();
        id
    }
}

/// A value's field, for short assertions.
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}
