//! What a component says about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ended::Errored;
use crate::domain::capability::Capability;

/// `describe`'s answer. What is not known here is left aside: a newer component may say more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// As in `uses: <name>@<major>`.
    pub name: String,
    /// Of the component.
    pub version: semver::Version,
    /// In a sentence.
    pub summary: String,
    /// JSON Schema 2020-12 of `with`.
    pub inputs: Value,
    /// The widest it can need.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// What it can set.
    #[serde(default)]
    pub outputs: Vec<OutputDescription>,
    /// What it can reach.
    #[serde(default)]
    pub milestones: Vec<String>,
}

/// A value that a step can set for later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutputDescription {
    /// Unique within the component.
    pub name: String,
    /// In a sentence.
    #[serde(default)]
    pub summary: String,
    /// Whether it is a handle.
    #[serde(default)]
    pub sensitive: bool,
}

impl Description {
    pub(super) fn parse(json: &str) -> Result<Self, Errored> {
        serde_json::from_str(json).map_err(|error| {
            Errored(format!(
                "the component's description is not of the contract's form: {error}"
            ))
        })
    }
}
