//! What a component says about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_domain::capability::Capability;
use shipslog_domain::schema;

use super::answer::{Cause, Errored};
use crate::bindings;

/// `describe`'s answer. What is not known here is left aside: a newer component may say more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The component's name, as in `uses: <name>@<major>`.
    pub name: String,
    /// The component's own version; a process asks for its major part.
    pub version: semver::Version,
    /// What the step does, in a sentence.
    pub summary: String,
    /// JSON Schema 2020-12 of `with`.
    pub inputs: Value,
    /// Everything that any inputs can make it need.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// The values that it can set.
    #[serde(default)]
    pub outputs: Vec<OutputDescription>,
    /// The turning points that it can tell of.
    #[serde(default)]
    pub milestones: Vec<String>,
}

/// A value that a step can set for later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutputDescription {
    /// The output's name, unique within the component.
    pub name: String,
    /// What the value is, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// Whether the value is sensitive: then it is set by its handle.
    #[serde(default)]
    pub sensitive: bool,
}

/// The longest answer, in bytes.
const LONGEST: usize = 256 << 10;
/// How many outputs, milestones, capabilities or causes there may be.
const MOST: usize = 200;
const SUMMARY: usize = 1 << 10;
const NAME: usize = 63;
/// As Kubernetes bounds names.
const PATTERN: usize = 253;
/// A cause's path and message.
const CAUSE: usize = 1 << 10;

impl Description {
    /// Reads it. What it says is put into configuration, events and pages, so it is held to what those can bear.
    pub(crate) fn parse(json: &str) -> Result<Self, Errored> {
        let not_of_form = |reason: String| {
            Errored(format!(
                "the component's description is not of the contract's form: {reason}"
            ))
        };
        short("the description", json, LONGEST).map_err(not_of_form)?;
        let description: Self = serde_json::from_str(json).map_err(|error| not_of_form(error.to_string()))?;
        description.check().map_err(not_of_form)?;
        Ok(description)
    }

    fn check(&self) -> Result<(), String> {
        let lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        if self.name.is_empty() || self.name.len() > NAME || !self.name.chars().all(lower) {
            return Err(format!(
                "`name` must be 1 to {NAME} lower-case letters, digits and dashes"
            ));
        }
        short("`version`", &self.version.to_string(), NAME)?;
        short("`summary`", &self.summary, SUMMARY)?;
        few("outputs", self.outputs.len())?;
        few("milestones", self.milestones.len())?;
        let outputs = self.outputs.iter().map(|it| it.name.as_str());
        outputs
            .chain(self.milestones.iter().map(String::as_str))
            .try_for_each(word)?;
        for output in &self.outputs {
            short("the summary of an output", &output.summary, SUMMARY)?;
        }
        bounded(&self.capabilities)?;
        schema::usable(&self.inputs).map_err(|error| format!("`inputs` is no usable schema: {error}"))
    }
}

/// What inputs need, as `check` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Needs {
    /// The rights, always within what the component declares.
    pub capabilities: Vec<Capability>,
    /// How long a run may take at the longest, in seconds.
    pub time_limit_seconds: Option<u64>,
}

/// What `check` answers where the inputs are right.
pub(crate) fn needs(json: &str) -> Result<Needs, Errored> {
    let not_of_form = |reason: String| {
        Errored(format!(
            "the step's `check` is not of the contract's form: {reason}"
        ))
    };
    short("the answer", json, LONGEST).map_err(not_of_form)?;
    let needs: Needs = serde_json::from_str(json).map_err(|error| not_of_form(error.to_string()))?;
    bounded(&needs.capabilities).map_err(not_of_form)?;
    Ok(needs)
}

/// What it answers where they are wrong; the first ones say enough.
pub(crate) fn causes(causes: Vec<bindings::Cause>) -> Vec<Cause> {
    causes
        .into_iter()
        .take(MOST)
        .map(|it| Cause {
            path: cut(it.path),
            message: cut(it.message),
        })
        .collect()
}

fn bounded(capabilities: &[Capability]) -> Result<(), String> {
    few("capabilities", capabilities.len())?;
    for it in capabilities {
        let namespace = it.namespace.as_deref().unwrap_or_default();
        for text in [it.group.as_str(), &it.kind, &it.name, namespace] {
            short("a word of a capability", text, PATTERN)?;
        }
    }
    Ok(())
}

fn few(what: &str, number: usize) -> Result<(), String> {
    if number > MOST {
        return Err(format!("it has {number} {what}; at most {MOST} are taken"));
    }
    Ok(())
}

fn short(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.len() > most {
        return Err(format!(
            "{what} has {} bytes; at most {most} are taken",
            text.len()
        ));
    }
    Ok(())
}

fn word(name: &str) -> Result<(), String> {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    if name.is_empty() || name.len() > NAME || !name.chars().all(allowed) {
        return Err(format!(
            "names of outputs and milestones are 1 to {NAME} letters, digits, dashes, dots and underscores"
        ));
    }
    Ok(())
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(CAUSE));
    text.replace(|it: char| it.is_control() && it != '\n', "?")
}
