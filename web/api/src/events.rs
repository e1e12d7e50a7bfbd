//! Every fact, as the log holds it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::Stream;
use shipslog_events::chain::Hash;
use shipslog_events::ids::{
    DeploymentId, EnvironmentName, EventId, KeyId, Position, ProjectName, ReleaseVersion, StreamVersion,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::address::addresses;
use crate::{schema, text};

addresses! {
    /// All events.
    EVENTS = "/api/v1/events";
    /// Those of a deployment, a stream.
    DEPLOYMENT_EVENTS = "/api/v1/deployments/{id}/events";
}

/// Which events to list; all conditions hold at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// About a project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectName>,
    /// About an environment.
    #[param(value_type = Option<String>)]
    pub environment: Option<EnvironmentName>,
    /// About a release.
    #[param(value_type = Option<String>)]
    pub release: Option<ReleaseVersion>,
    /// About a deployment.
    pub deployment: Option<String>,
    /// By the name of a key, or `driver` or `server`.
    pub actor: Option<String>,
    /// Such as `deployment-requested`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Not before, as in `2026-11-24T15:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Before, as in `2026-11-24T16:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Items on the page: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEvent {
    /// Place in the whole log.
    #[schema(value_type = u64)]
    pub position: Position,
    /// Its identity, which others name as their cause.
    #[schema(value_type = String)]
    pub id: EventId,
    /// The stream it belongs to.
    #[serde(with = "text")]
    #[schema(value_type = String)]
    pub stream: Stream,
    /// The stream's version with it.
    #[schema(value_type = u64)]
    pub version: StreamVersion,
    /// Such as `deployment-requested`. A reader takes types that it does not know: a list of facts is never cut short.
    #[serde(rename = "type")]
    #[schema(value_type = schema::EventType)]
    pub kind: String,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// The name of a key, or `driver` or `server`.
    pub actor: String,
    /// From where the command came.
    pub source: Source,
    /// One person's command and all that followed from it.
    #[schema(value_type = String)]
    pub correlation: Uuid,
    /// The event that led to it.
    #[schema(value_type = Option<String>)]
    pub causation: Option<EventId>,
    /// The project it is about.
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectName>,
    /// The environment it is about.
    #[schema(value_type = Option<String>)]
    pub environment: Option<EnvironmentName>,
    /// The release it is about.
    #[schema(value_type = Option<String>)]
    pub release: Option<ReleaseVersion>,
    /// The deployment it is about.
    #[serde(with = "text::option", default)]
    #[schema(value_type = Option<String>)]
    pub deployment: Option<DeploymentId>,
    /// Why, as whoever did it said; nothing where it was not said or is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What happened, in the shape of its type.
    pub facts: Value,
    /// Hash of it and, through the events before it, of all.
    #[schema(value_type = String)]
    pub hash: Hash,
}

/// From where a command came: nothing for the driver's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Public id of the API key used.
    #[schema(value_type = Option<String>)]
    pub key: Option<KeyId>,
    /// The peer's address.
    pub address: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip};

    fn event() -> LogEvent {
        LogEvent {
            position: Position(7),
            id: EventId(Uuid::from_u128(7)),
            stream: Stream::Deployment(DeploymentId(4)),
            version: StreamVersion(1),
            kind: "deployment-requested".to_owned(),
            recorded_at: moment(),
            actor: "alice".to_owned(),
            source: Source {
                key: Some("a".into()),
                address: None,
            },
            correlation: Uuid::from_u128(8),
            causation: None,
            project: Some("Httpd".into()),
            environment: None,
            release: Some("1.0.2".into()),
            deployment: Some(DeploymentId(4)),
            reason: Some("a rehearsal".to_owned()),
            facts: json!({ "deployment": 4 }),
            hash: Hash::from_bytes([0; 32]),
        }
    }

    #[test]
    fn an_event_names_streams_and_deployments_as_people_do() {
        let shown = round_trip(&event());
        assert_eq!(
            (&shown["stream"], &shown["deployment"], &shown["type"]),
            (
                &json!("deployment/4"),
                &json!("deployments-4"),
                &json!("deployment-requested")
            )
        );
        let of_the_driver = LogEvent {
            causation: Some(EventId(Uuid::from_u128(6))),
            deployment: None,
            ..event()
        };
        assert!(round_trip(&of_the_driver)["deployment"].is_null());
    }

    #[test]
    fn a_filter_has_the_names_of_the_wire() {
        let filter = Filter {
            kind: Some("deployment-ended".to_owned()),
            since: Some(moment()),
            ..Filter::default()
        };
        let shown = round_trip(&filter);
        assert_eq!(
            (&shown["type"], &shown["since"]),
            (&json!("deployment-ended"), &json!("2026-01-02T03:04:05.678Z"))
        );
    }
}
