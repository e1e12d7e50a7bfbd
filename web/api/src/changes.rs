//! What a deployment did to objects in clusters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::ids::{AttemptNumber, ClusterId, StepName, TargetName};
use utoipa::{IntoParams, ToSchema};

use crate::address::addresses;
use crate::words::shown_as_on_the_wire;

addresses! {
    /// What a deployment did to objects.
    CHANGES = "/api/v1/deployments/{id}/changes";
}

/// How much is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Telling {
    /// Also what was found and what was sent, until there are 8 MiB of it.
    pub bodies: Option<bool>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// What a deployment did to objects, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// One for each call that wrote or removed an object.
    pub changes: Vec<ObjectChange>,
    /// How many were told without what was found and sent, as there is too much of it.
    pub without_bodies: usize,
}

/// What a call did to an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The step that did it.
    #[schema(value_type = String)]
    pub step: StepName,
    /// Through which target.
    #[schema(value_type = String)]
    pub target: TargetName,
    /// In which run, counted from 1.
    #[schema(value_type = u32)]
    pub attempt: AttemptNumber,
    /// By which of its calls, counted from 0.
    pub call: u64,
    /// In which cluster: a name of Shipslog's own, told in `cluster-recognised`.
    #[schema(value_type = String)]
    pub cluster: ClusterId,
    /// To which object.
    pub object: Object,
    /// Whether the call was to delete it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deletes: bool,
    /// What became of it.
    pub effect: ObjectEffect,
    /// What was there before the write or the delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Found>,
    /// The fields that were taken from others by force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<Taken>,
    /// Whether what was found, or what was sent, is not kept: it was larger than 256 KiB, the run had kept 32 MiB, or the
    /// step itself may not read the object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
    /// The object as it was found, where the project had not left it so. Data of Secrets stands as keyed digests, here
    /// and below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// The manifest that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Value>,
    /// The patch that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Value>,
}

/// An object in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Object {
    /// Empty for the core group.
    pub group: String,
    /// API version within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// None for cluster-scoped kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As in `metadata.name`.
    pub name: String,
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A field that was somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Taken {
    /// As in `spec.replicas`.
    pub path: String,
    /// The field manager that held it.
    pub manager: String,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectEffect {
    /// There was none before.
    Created,
    /// It was otherwise, or could not be read before.
    Changed,
    /// It was so already.
    Unchanged,
    /// The write or the delete was refused: it is as it was.
    Refused,
    /// A write or a delete was about to be sent, and what came of it is not known.
    Unanswered,
    /// The step deleted it. It may linger until its finalizers and pods are done.
    Deleted,
    /// Somebody else had removed it, or it never came to be.
    FoundGone,
}

/// What was there before a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Nothing.
    Absent,
    /// An object.
    Present,
    /// Nobody knows: the account may not read it.
    Unread,
}

shown_as_on_the_wire!(ObjectEffect, Found);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip, words};

    #[test]
    fn what_became_of_an_object_is_a_word() {
        let effects = [
            ObjectEffect::Created,
            ObjectEffect::Changed,
            ObjectEffect::Unchanged,
            ObjectEffect::Refused,
            ObjectEffect::Unanswered,
            ObjectEffect::Deleted,
            ObjectEffect::FoundGone,
        ];
        assert_eq!(words(&effects), effects.map(|it| it.to_string()));
        assert_eq!(words(&effects)[6], "found-gone");
        let found = [Found::Absent, Found::Present, Found::Unread];
        assert_eq!(words(&found), ["absent", "present", "unread"]);
    }

    #[test]
    fn a_change_shows_only_what_there_is() {
        let change = ObjectChange {
            at: moment(),
            step: "Deploy".into(),
            target: "Here".into(),
            attempt: AttemptNumber::FIRST,
            call: 7,
            cluster: "cluster-1".into(),
            object: Object {
                group: String::new(),
                version: "v1".to_owned(),
                kind: "Namespace".to_owned(),
                namespace: None,
                name: "web".to_owned(),
            },
            deletes: true,
            effect: ObjectEffect::Deleted,
            before: None,
            taken: Vec::new(),
            left_out: false,
            found: None,
            manifest: None,
            patch: None,
        };
        assert_eq!(change.object.to_string(), "Namespace web");
        let shown = json!({
            "at": moment(), "step": "Deploy", "target": "Here", "attempt": 1, "call": 7, "cluster": "cluster-1",
            "object": { "group": "", "version": "v1", "kind": "Namespace", "name": "web" }, "deletes": true, "effect": "deleted"
        });
        assert_eq!(round_trip(&change), shown);
        let taken = Taken {
            path: "spec.replicas".to_owned(),
            manager: "kubectl".to_owned(),
        };
        let forced = ObjectChange {
            deletes: false,
            effect: ObjectEffect::Changed,
            before: Some(Found::Present),
            taken: vec![taken],
            left_out: true,
            found: Some(json!({})),
            manifest: Some(json!({})),
            ..change
        };
        assert_eq!(round_trip(&forced)["taken"][0]["manager"], "kubectl");
        assert_eq!(round_trip(&forced)["leftOut"], true);
        let changes = Changes {
            changes: vec![forced],
            without_bodies: 1,
        };
        assert_eq!(round_trip(&changes)["withoutBodies"], 1);
        round_trip(&Telling {
            bodies: Some(true),
            min_position: Some(3),
        });
    }
}
