//! Environments and the lifecycles that order them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipslog_events::event::configuration::{self, DocumentFacts};

/// A stage that releases go through, such as Development.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Environment {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Phases in order: a release enters a phase only when all environments of the phases before have succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lifecycle {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// At least one.
    #[schemars(length(min = 1))]
    pub phases: Vec<Phase>,
}

/// A phase of a lifecycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Phase {
    /// Unique within the lifecycle.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Environments that must all succeed before the next phase opens.
    #[schemars(length(min = 1))]
    pub environments: Vec<String>,
}

impl Lifecycle {
    pub(super) fn facts(&self) -> DocumentFacts {
        let phases = self
            .phases
            .iter()
            .map(|phase| configuration::Phase {
                name: phase.name.as_str().into(),
                environments: phase.environments.iter().map(|it| it.as_str().into()).collect(),
            })
            .collect();
        DocumentFacts::Lifecycle { phases }
    }
}
