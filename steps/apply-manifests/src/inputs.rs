//! What a project writes under `with:`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is to be applied.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inputs {
    /// Any objects as Kubernetes has them; a `List` stands for its items.
    #[schemars(length(min = 1))]
    pub manifests: Vec<Manifest>,
    /// Whether to wait until the objects are healthy.
    #[serde(default = "yes")]
    pub wait: bool,
    /// How long they may take for it, in all: less than a day by what writing them may take.
    #[serde(default = "ten_minutes")]
    #[schemars(range(min = 1, max = 85_800))]
    pub timeout_seconds: u32,
    /// Take over objects of these names that exist and belong to nobody or to somebody else.
    #[serde(default)]
    pub adopt: bool,
}

/// An object as Kubernetes has it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("required" = ["apiVersion", "kind"]))]
pub struct Manifest(pub Map<String, Value>);

fn yes() -> bool {
    true
}

fn ten_minutes() -> u32 {
    600
}
