//! A deployment as the API tells it.

use serde::Deserialize;
use serde_json::Value;
use shipslog_events::ids::DeploymentId;

use crate::output;

/// A deployment, from its request to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) release: String,
    pub(crate) environment: String,
    pub(crate) status: String,
    /// A word on why it ended so.
    pub(crate) reason: Option<String>,
    /// What there is to say of its end.
    pub(crate) message: Option<String>,
    /// Why its turn has not come.
    pub(crate) waiting_for: Option<String>,
    #[serde(default)]
    pub(crate) cancel_requested: bool,
    pub(crate) requested_at: Option<String>,
    pub(crate) requested_by: Option<String>,
    pub(crate) ended_at: Option<String>,
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
}

/// A step of its process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) uses: String,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
}

/// A step on a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Target {
    #[serde(rename = "target")]
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) progress: Option<Progress>,
    #[serde(default)]
    pub(crate) attempts: Vec<Attempt>,
}

/// What it is doing, or waiting for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Progress {
    #[serde(default)]
    pub(crate) done: u64,
    #[serde(default)]
    pub(crate) total: u64,
    #[serde(default)]
    pub(crate) message: String,
}

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    #[serde(rename = "attempt")]
    pub(crate) number: u64,
    pub(crate) status: String,
    /// How often it went on after the server had stopped under it.
    #[serde(default)]
    pub(crate) resumed: u64,
    /// Why it errored and is not tried again by itself.
    pub(crate) end_reason: Option<String>,
    pub(crate) message: Option<String>,
    #[serde(default)]
    pub(crate) milestones: Vec<Milestone>,
    #[serde(default)]
    pub(crate) denials: Vec<Denial>,
    #[serde(default)]
    pub(crate) outputs: Vec<Made>,
}

/// A turning point.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Milestone {
    pub(crate) name: String,
    pub(crate) detail: Option<Value>,
}

/// A call that was refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Denial {
    pub(crate) layer: String,
    pub(crate) rule: String,
    /// The API server's own words, where it was the one to refuse.
    pub(crate) message: Option<String>,
}

/// A value for later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Made {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) sensitive: bool,
    pub(crate) value: Option<Value>,
}

impl Deployment {
    /// Whether nothing more will come of it.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended_at.is_some() || matches!(self.status.as_str(), "succeeded" | "failed" | "cancelled")
    }

    pub(crate) fn has_succeeded(&self) -> bool {
        self.status == "succeeded"
    }
}

/// Where a deployment is.
pub(crate) fn path(id: DeploymentId) -> String {
    format!("/api/v1/deployments/{id}")
}

/// A line each.
pub(crate) fn many(items: &Value) -> String {
    let columns = [
        ("DEPLOYMENT", "id"),
        ("PROJECT", "project"),
        ("RELEASE", "release"),
        ("ENVIRONMENT", "environment"),
        ("STATUS", "status"),
        ("REQUESTED", "requestedAt"),
        ("BY", "requestedBy"),
        ("ENDED", "endedAt"),
    ];
    output::table(items, &columns)
}

#[cfg(test)]
pub(crate) mod samples {
    use serde_json::json;

    use super::*;

    /// The third deployment, of Httpd 1.0.1 to Development, with one step on one target.
    pub(crate) fn deployment(status: &str, target: &Value) -> Deployment {
        let ended = (status != "running" && status != "waiting").then_some("2026-01-02T03:05:16Z");
        serde_json::from_value(json!({
            "id": "deployments-3", "project": "Httpd", "release": "1.0.1", "environment": "Development",
            "phase": "Development", "status": status, "reason": null, "message": null, "waitingFor": null,
            "cancelRequested": false, "requestedAt": "2026-01-02T03:04:05Z", "requestedBy": "alice",
            "endedAt": ended, "position": 40,
            "steps": [{ "name": "Deploy httpd", "uses": "deploy-containers@1", "targets": [target] }]
        }))
        .unwrap()
    }

    pub(crate) fn pending() -> Value {
        json!({ "target": "Httpd Development", "status": "pending", "progress": null, "attempts": [] })
    }

    pub(crate) fn waiting_for(message: &str) -> Value {
        json!({
            "target": "Httpd Development", "status": "running",
            "progress": { "done": 2, "total": 5, "message": message },
            "attempts": [{ "attempt": 1, "status": "running", "message": null, "milestones": [], "denials": [],
                "outputs": [] }]
        })
    }

    pub(crate) fn failed(message: &str) -> Value {
        json!({
            "target": "Httpd Development", "status": "failed", "progress": null,
            "attempts": [{
                "attempt": 1, "status": "failed", "message": message,
                "milestones": [{ "name": "applied", "detail": "Deployment httpd-deployments-3" }],
                "denials": [{ "layer": "boundary", "rule": "get secrets in httpd-production" }],
                "outputs": [{ "name": "url", "sensitive": false, "value": "http://x" },
                    { "name": "token", "sensitive": true }]
            }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_over_when_it_says_how_it_ended() {
        for (status, over) in [
            ("waiting", false),
            ("running", false),
            ("failed", true),
            ("cancelled", true),
        ] {
            assert_eq!(
                samples::deployment(status, &samples::pending()).has_ended(),
                over,
                "{status}"
            );
        }
    }
}
