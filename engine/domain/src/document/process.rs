//! Projects: a process with its packages and variables.

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use shipslog_events::event::configuration::{self, DocumentFacts, ProcessStep};
use shipslog_events::event::process::{self, GateKind};
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
    /// Whether a deployment takes the place of those that are in line before it, to the same environment; whose turn has
    /// come goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supersede: bool,
    /// Steps and gates in order.
    #[schemars(length(min = 1))]
    pub process: Vec<Entry>,
}

/// An entry of a process: a step, or a gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// Waits for a decision.
    Gate(Gate),
    /// Runs.
    Step(Step),
}

/// Waits until somebody has decided whether the deployment goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Gate {
    /// Unique within the process.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Who decides, and in what time.
    pub gate: Decider,
}

/// Who decides at a gate, and in what time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Decider {
    /// A person: `shipslog gate pass|fail`.
    pub manual: Manual,
    /// How long it waits from when it opens; then the deployment fails. By default seven days.
    #[serde(default = "a_week", skip_serializing_if = "is_a_week")]
    #[schemars(range(min = 1, max = 31_536_000))]
    pub time_limit_seconds: u64,
}

/// A decision of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Manual {
    /// What whoever decides should know; may use variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10_000))]
    pub instructions: Option<String>,
}

const A_WEEK: u64 = 7 * 24 * 60 * 60;

fn a_week() -> u64 {
    A_WEEK
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_a_week(seconds: &u64) -> bool {
    *seconds == A_WEEK
}

/// What has a `gate` is one: problems are those of what was meant.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.get(GATE).is_some() {
            Gate::deserialize(value).map(Self::Gate)
        } else {
            Step::deserialize(value).map(Self::Step)
        };
        read.map_err(D::Error::custom)
    }
}

/// The field that makes an entry a gate.
const GATE: &str = "gate";

impl JsonSchema for Entry {
    fn schema_name() -> Cow<'static, str> {
        "Entry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A step, or a gate.",
            "type": "object",
            "if": { "required": [GATE] },
            "then": generator.subschema_for::<Gate>(),
            "else": generator.subschema_for::<Step>(),
        })
    }
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
    /// Which tags are versions where the newest is wanted: a regular expression for the whole tag, such as
    /// `[0-9]{8}\\.[0-9]+`. They are ordered by their numbers, from left to right. By default semantic versions are, and
    /// build numbers and dates where there are no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub versions: Option<String>,
}

impl Package {
    /// Which tags are versions, where that is said.
    pub fn pattern(&self) -> Result<Option<Regex>, String> {
        let Some(pattern) = &self.versions else {
            return Ok(None);
        };
        let whole = RegexBuilder::new(&format!("^(?:{pattern})$"))
            .size_limit(1 << 18)
            .build();
        whole.map(Some).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "is too large a regular expression; write a shorter one".to_owned()
            }
            error => format!(
                "is no regular expression: {}",
                error.to_string().lines().last().unwrap_or_default()
            ),
        })
    }
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
            process: self.process.iter().map(Entry::facts).collect(),
            supersede: self.supersede,
            variable_environments: environments.into_iter().collect(),
        }
    }

    /// The steps, each with its place in the process.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let entries = self.process.iter().enumerate();
        entries.filter_map(|(index, it)| match it {
            Entry::Step(step) => Some((index, step)),
            Entry::Gate(_) => None,
        })
    }

    /// The gates, each with its place in the process.
    pub fn gates(&self) -> impl Iterator<Item = (usize, &Gate)> {
        let entries = self.process.iter().enumerate();
        entries.filter_map(|(index, it)| match it {
            Entry::Gate(gate) => Some((index, gate)),
            Entry::Step(_) => None,
        })
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

impl Entry {
    /// Unique within the process.
    pub fn name(&self) -> &str {
        match self {
            Self::Gate(gate) => &gate.name,
            Self::Step(step) => &step.name,
        }
    }

    fn facts(&self) -> process::Entry<ProcessStep> {
        match self {
            Self::Gate(gate) => process::Entry::Gate(process::Gate {
                name: gate.name.as_str().into(),
                kind: GateKind::Manual,
                time_limit_seconds: gate.gate.time_limit_seconds,
            }),
            Self::Step(step) => process::Entry::Run(step.facts()),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Document;
    use super::*;

    fn read(entry: &Value) -> Result<Value, Vec<String>> {
        let project = json!({ "kind": "Project", "name": "p", "lifecycle": "l", "process": [entry] });
        match Document::read(&project) {
            Ok(document) => Ok(document.to_value()["process"][0].clone()),
            Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn an_entry_is_a_step_or_a_gate_and_reads_back_as_it_was_written() {
        for entry in [
            json!({ "name": "s", "uses": "x@1", "roles": ["r"], "with": {} }),
            json!({ "name": "g", "gate": { "manual": {} } }),
            json!({ "name": "g", "gate": { "manual": { "instructions": "look" }, "timeLimitSeconds": 60 } }),
        ] {
            assert_eq!(read(&entry), Ok(entry));
        }
    }

    #[test]
    fn a_pattern_is_for_the_whole_tag_and_a_wrong_one_is_said() {
        let package = |versions: &str| Package {
            name: "httpd".to_owned(),
            feed: "Docker".to_owned(),
            image: "httpd".to_owned(),
            versions: Some(versions.to_owned()),
        };
        let pattern = package("[0-9]{8}|v1").pattern().unwrap().unwrap();
        assert!(pattern.is_match("20241101") && pattern.is_match("v1"));
        assert!(!pattern.is_match("20241101.1") && !pattern.is_match("av1"));
        for wrong in ["[0-9", "(((a{50}){50}){50}){50}"] {
            let said = package(wrong).pattern().unwrap_err();
            assert!(said.contains("regular expression"), "{said}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_entry_is_said_of_what_was_meant() {
        for (entry, path, word) in [
            (json!({ "name": "s", "uses": "x@1" }), "process[0]", "roles"),
            (json!({ "name": "g", "gate": {} }), "process[0].gate", "manual"),
            (
                json!({ "name": "g", "gate": { "manual": {} }, "roles": ["r"] }),
                "process[0]",
                "roles",
            ),
            (
                json!({ "name": "g", "gate": { "manual": {}, "timeLimitSeconds": 0 } }),
                "process[0].gate.timeLimitSeconds",
                "1",
            ),
            (json!("s"), "process[0]", "object"),
        ] {
            let problems = read(&entry).unwrap_err();
            let said = &problems[0];
            assert!(said.starts_with(path) && said.contains(word), "{problems:?}");
        }
    }
}
