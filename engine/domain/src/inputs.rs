//! A step's inputs at one place: variables put in, types as the schema wants them, validated again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::ids::StepName;

use crate::capability::Capability;
use crate::document::{self, Project};
use crate::schema::{self, Problem};
use crate::variables::{Place, Variable, VariableSet};

/// What a release froze besides its facts: the body `snapshot` of its event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Steps in order.
    pub steps: Vec<SnapshotStep>,
    /// Gates in order.
    pub gates: Vec<SnapshotGate>,
    /// Variables as the project had them.
    pub variables: Vec<document::Variable>,
}

/// A step's inputs as the project had them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotStep {
    /// The step.
    pub name: StepName,
    /// Its inputs, variables not yet put in.
    pub with: Value,
    /// What the project granted, if it said so.
    pub grant: Option<Vec<Capability>>,
}

/// What whoever decides at a gate should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotGate {
    /// The gate.
    pub name: StepName,
    /// As the project had it, variables not yet put in.
    pub instructions: Option<String>,
}

/// Inputs with nothing left to resolve.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// As the component's schema wants them; handles where values are sensitive.
    pub inputs: Value,
    /// Every variable at that place.
    pub variables: BTreeMap<String, String>,
}

impl Snapshot {
    /// Freezes what a project says.
    pub fn of(project: &Project) -> Self {
        let steps = project.steps().map(|(_, it)| SnapshotStep {
            name: it.name.as_str().into(),
            with: it.with.clone(),
            grant: it.grant.clone(),
        });
        let gates = project.gates().map(|(_, it)| SnapshotGate {
            name: it.name.as_str().into(),
            instructions: it.gate.manual.instructions.clone(),
        });
        Self {
            steps: steps.collect(),
            gates: gates.collect(),
            variables: project.variables.clone(),
        }
    }

    /// One step.
    pub fn step(&self, name: &StepName) -> Option<&SnapshotStep> {
        self.steps.iter().find(|it| it.name == *name)
    }

    /// What whoever decides at a gate should know; as it was written where a variable has no value at the place.
    pub fn instructions(&self, place: &Place) -> Option<String> {
        let gate = self
            .gates
            .iter()
            .find(|it| Some(&it.name) == place.step.as_ref())?;
        let written = Value::String(gate.instructions.clone()?);
        let variables = VariableSet::new(self.variables.iter().map(Variable::from).collect());
        let resolved = variables.and_then(|it| it.resolve_json(&written, place));
        resolved.unwrap_or(written).as_str().map(str::to_owned)
    }

    /// A step's inputs at a place, validated against its schema. Problems have paths within the step.
    pub fn resolve(&self, schema: &Value, place: &Place) -> Result<Resolved, Vec<Problem>> {
        let variables = VariableSet::new(self.variables.iter().map(Variable::from).collect())?;
        let step = place.step.as_ref().and_then(|it| self.step(it));
        let with = step.map_or(&Value::Null, |it| &it.with);
        Ok(Resolved {
            inputs: fitted(schema, with, &variables, place)?,
            variables: variables.resolve_all(place),
        })
    }
}

/// A step's inputs where they are the same at every place, validated against its schema; nothing where a place is
/// needed to resolve them.
pub fn resolve_everywhere(
    schema: &Value,
    step: &document::Step,
    project: &Project,
) -> Option<Result<Value, Vec<Problem>>> {
    let variables = VariableSet::of(project).ok()?.everywhere();
    let nowhere = Place::default();
    variables.resolve_json(&step.with, &nowhere).ok()?;
    Some(fitted(schema, &step.with, &variables, &nowhere))
}

fn fitted(
    schema: &Value,
    with: &Value,
    variables: &VariableSet,
    place: &Place,
) -> Result<Value, Vec<Problem>> {
    let within = |problems: Vec<Problem>| {
        problems
            .into_iter()
            .map(|it| it.within("with"))
            .collect::<Vec<_>>()
    };
    let text = variables.resolve_json(with, place).map_err(within)?;
    let unfit = schema::unfit(schema, &text);
    let inputs = variables
        .resolve_json_typed(with, place, |pointer| unfit.contains(pointer))
        .map_err(within)?;
    schema::validate(schema, &inputs).map_err(within)?;
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn snapshot(with: Value) -> Snapshot {
        let variables = json!([
            { "name": "Replicas", "value": "1" },
            { "name": "Replicas", "value": "3", "scope": { "environments": ["Production"] } },
        ]);
        Snapshot {
            steps: vec![SnapshotStep {
                name: "Deploy".into(),
                with,
                grant: None,
            }],
            gates: Vec::new(),
            variables: serde_json::from_value(variables).unwrap(),
        }
    }

    fn resolve(with: Value, environment: &str) -> Result<Value, Vec<Problem>> {
        let schema = json!({ "type": "object", "additionalProperties": false, "properties": {
            "replicas": { "type": "integer" }, "text": { "type": "string" } } });
        let place = Place {
            environment: Some(environment.into()),
            step: Some("Deploy".into()),
            ..Place::default()
        };
        snapshot(with).resolve(&schema, &place).map(|it| it.inputs)
    }

    #[test]
    fn a_wholly_variable_value_takes_the_type_that_the_schema_wants() {
        assert_eq!(
            resolve(json!({ "replicas": "#{Replicas}" }), "Production"),
            Ok(json!({ "replicas": 3 }))
        );
        assert_eq!(
            resolve(json!({ "text": "#{Replicas}" }), "Development"),
            Ok(json!({ "text": "1" }))
        );
    }

    #[test]
    fn what_does_not_fit_after_all_is_refused_with_its_path() {
        let problems =
            resolve(json!({ "replicas": "#{Octopus.Environment.Name}" }), "Production").unwrap_err();
        assert_eq!(problems[0].path, "with.replicas");
    }

    #[test]
    fn only_what_is_the_same_everywhere_resolves_without_a_place() {
        let project = json!({
            "name": "p", "lifecycle": "l",
            "variables": [
                { "name": "Same", "value": "2" },
                { "name": "Replicas", "value": "1" },
                { "name": "Replicas", "value": "3", "scope": { "environments": ["Production"] } },
                { "name": "Through", "value": "#{Replicas}" }
            ],
            "process": [{ "name": "s", "uses": "x@1", "roles": ["r"] }]
        });
        let project: Project = serde_json::from_value(project).unwrap();
        let schema = json!({ "properties": { "replicas": { "type": "integer" } } });
        let resolved = |text: &str| {
            let with = json!({ "replicas": text });
            let step = document::Step {
                with,
                ..project.steps().next().unwrap().1.clone()
            };
            resolve_everywhere(&schema, &step, &project)
        };
        assert_eq!(resolved("#{same}"), Some(Ok(json!({ "replicas": 2 }))));
        for text in ["#{Replicas}", "#{Through}", "#{Octopus.Environment.Name}"] {
            assert_eq!(resolved(text), None, "{text}");
        }
        let problems = resolved("##{Same}").unwrap().unwrap_err();
        assert_eq!(problems[0].path, "with.replicas");
    }

    #[test]
    fn system_variables_keep_octopus_s_names() {
        let text = json!({ "text": "Hello from #{Octopus.Environment.Name}" });
        assert_eq!(
            resolve(text, "Production"),
            Ok(json!({ "text": "Hello from Production" }))
        );
    }
}
