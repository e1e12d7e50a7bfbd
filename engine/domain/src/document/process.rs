//! Projects: a process with its packages and variables.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::event::configuration::{self, DocumentFacts, ProcessStep};
use shipslog_events::ids::EnvironmentName;

use super::secret::Secret;
use crate::capability::Capability;

/// What is deployed, how, and how it progresses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Project {
    /// Unique name.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Name of a `Lifecycle`.
    pub lifecycle: String,
    /// Images whose versions are chosen when a release is created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// Values that `#{Name}` stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Steps in order.
    #[schemars(length(min = 1))]
    pub process: Vec<Step>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Package {
    /// Unique within the project.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Name of a `Feed`.
    pub feed: String,
    /// The image within the feed.
    #[schemars(length(min = 1))]
    pub image: String,
}

/// A value of a variable, for a scope. Exactly one of `value` and `sensitive`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(extend("oneOf" = [{ "required": ["value"] }, { "required": ["sensitive"] }]))]
pub struct Variable {
    /// Several values may share a name, for different scopes.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// The value; may use other variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// A secret value: sealed, never shown again, and given to steps as a handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<Secret>,
    /// Where it holds; everywhere if nothing is said.
    #[serde(default, skip_serializing_if = "Scope::is_everywhere")]
    pub scope: Scope,
}

/// Where a value holds: within each list any, across the lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Scope {
    /// Names of environments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
    /// Names of targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Roles of targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Names of steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

impl Scope {
    fn is_everywhere(&self) -> bool {
        *self == Self::default()
    }
}

/// A step of a process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Step {
    /// Unique within the process.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// The component and its major version: `deploy-containers@1`.
    #[schemars(regex(pattern = "^[a-z0-9-]+@[0-9]+$"))]
    pub uses: String,
    /// It runs on every target of the environment that has one of these.
    #[schemars(length(min = 1))]
    pub roles: Vec<String>,
    /// Inputs, as the component's own schema has them.
    #[serde(default = "empty")]
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub with: Value,
    /// What the step may do; by default what these inputs need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Vec<Capability>>,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

impl Project {
    pub(super) fn facts(&self) -> DocumentFacts {
        let environments: BTreeSet<EnvironmentName> = self
            .variables
            .iter()
            .flat_map(|it| &it.scope.environments)
            .map(|it| it.as_str().into())
            .collect();
        DocumentFacts::Project {
            lifecycle: self.lifecycle.as_str().into(),
            packages: self.packages.iter().map(Package::facts).collect(),
            steps: self.process.iter().map(Step::facts).collect(),
            variable_environments: environments.into_iter().collect(),
        }
    }

    pub(super) fn secrets_mut(&mut self) -> Vec<(String, &mut String)> {
        self.variables
            .iter_mut()
            .enumerate()
            .filter_map(|(index, it)| {
                Some((
                    format!("variables[{index}].sensitive"),
                    &mut it.sensitive.as_mut()?.0,
                ))
            })
            .collect()
    }
}

impl Package {
    fn facts(&self) -> configuration::Package {
        configuration::Package {
            name: self.name.as_str().into(),
            feed: self.feed.as_str().into(),
            image: self.image.clone(),
        }
    }
}

impl Step {
    fn facts(&self) -> ProcessStep {
        ProcessStep {
            name: self.name.as_str().into(),
            uses: self.uses.clone(),
            roles: self.roles.iter().map(|it| it.as_str().into()).collect(),
        }
    }
}
