//! Validation against JSON Schemas, with the path of the wrong field in the words people write.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Keyword, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::nearest;

/// What is wrong with an input, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// As in `process[0].with.containers[1].ports`; empty for the whole.
    pub path: String,
    /// A sentence.
    pub message: String,
}

impl Problem {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The same problem, seen from the document that holds the part.
    #[must_use]
    pub fn within(self, parent: &str) -> Self {
        let path = match (parent, self.path.as_str()) {
            ("", _) => self.path,
            (_, "") => parent.to_owned(),
            (_, path) if path.starts_with('[') => format!("{parent}{path}"),
            (_, path) => format!("{parent}.{path}"),
        };
        Self {
            path,
            message: self.message,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Validates a value against a schema (draft 2020-12); answers with every problem. No message repeats the value, which
/// may be a secret.
pub fn validate(schema: &Value, value: &Value) -> Result<(), Vec<Problem>> {
    collect(&jsonschema::options(), schema, value, |_| true)
}

/// JSON pointers of the values that do not fit.
pub fn unfit(schema: &Value, value: &Value) -> BTreeSet<String> {
    let Ok(validator) = jsonschema::options().build(schema) else {
        return BTreeSet::new();
    };
    validator
        .iter_errors(value)
        .map(|it| it.instance_path().to_string())
        .collect()
}

/// Validates a step's inputs as a project has them, before variables are resolved: text that is wholly `#{…}` passes
/// (it is validated again when a release is created), and what the schema marks as a package must be one.
pub fn validate_inputs(schema: &Value, inputs: &Value, packages: &[String]) -> Result<(), Vec<Problem>> {
    let packages = packages.to_vec();
    let options = jsonschema::options().with_keyword(REFERENCE, move |_, value: &Value, _| {
        let packages = (value == "package").then(|| packages.clone());
        let reference: Box<dyn for<'i> Keyword<'i>> = Box::new(Reference { packages });
        Ok(reference)
    });
    collect(&options, schema, inputs, |instance| !holds_expression(instance))
}

/// Marks a string of a step's inputs as the name of something that the project must have.
const REFERENCE: &str = "x-shipslog-reference";

struct Reference {
    packages: Option<Vec<String>>,
}

impl<'i> Keyword<'i> for Reference {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match (&self.packages, instance.as_str()) {
            (Some(packages), Some(name)) if !packages.iter().any(|it| it == name) => Err(
                ValidationError::custom(nearest::unknown("package", name, packages)),
            ),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.validate(instance).is_ok()
    }
}

fn collect(
    options: &jsonschema::ValidationOptions,
    schema: &Value,
    value: &Value,
    counts: impl Fn(&Value) -> bool,
) -> Result<(), Vec<Problem>> {
    let validator = match options.build(schema) {
        Ok(validator) => validator,
        Err(error) => {
            return Err(vec![Problem::new(
                "",
                format!("the schema itself is not valid: {error}"),
            )]);
        }
    };
    let problems: Vec<Problem> = validator
        .iter_errors(value)
        .filter(|it| counts(it.instance()))
        .flat_map(|it| problems_of(&it))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Of several alternatives, the one that got furthest is most likely the one that was meant.
fn problems_of(error: &ValidationError<'_>) -> Vec<Problem> {
    let furthest = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let depth = |it: &ValidationError<'_>| it.instance_path().into_iter().count();
            let here = depth(error);
            context
                .iter()
                .find(|branch| branch.iter().any(|it| depth(it) > here))
        }
        _ => None,
    };
    match furthest {
        Some(branch) => branch.iter().map(|it| problem(it)).collect(),
        None => vec![problem(error)],
    }
}

fn problem(error: &ValidationError<'_>) -> Problem {
    Problem::new(dotted(error.instance_path()), error.masked().to_string())
}

fn holds_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let text = text.trim();
            text.starts_with("#{") && text.ends_with('}')
        }
        Value::Array(items) => items.iter().any(holds_expression),
        Value::Object(fields) => fields.values().any(holds_expression),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn dotted(location: &Location) -> String {
    location.into_iter().fold(String::new(), |mut path, segment| {
        match segment {
            LocationSegment::Index(index) => write!(path, "[{index}]").expect("writing to a string"),
            LocationSegment::Property(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_names_the_path_as_people_write_it() {
        let schema = json!({ "properties": { "ports": { "items": { "type": "integer" } } } });
        let problems = validate(&schema, &json!({ "ports": [80, "web"] })).unwrap_err();
        assert_eq!(problems[0].path, "ports[1]");
    }

    #[test]
    fn a_problem_never_repeats_the_value_which_may_be_a_secret() {
        let schema = json!({ "properties": { "token": { "type": "integer" } } });
        let problems = validate(&schema, &json!({ "token": "hunter2" })).unwrap_err();
        assert!(!problems[0].to_string().contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn text_that_is_wholly_an_expression_passes_until_it_is_resolved() {
        let schema = json!({ "properties": { "replicas": { "type": "integer" } } });
        assert_eq!(
            validate_inputs(&schema, &json!({ "replicas": "#{Replicas}" }), &[]),
            Ok(())
        );
        assert!(validate_inputs(&schema, &json!({ "replicas": "three" }), &[]).is_err());
    }

    #[test]
    fn an_unknown_package_is_refused_with_the_nearest_one() {
        let image = json!({ "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "package": { "type": "string", REFERENCE: "package" } } }
        ] });
        let schema = json!({ "properties": { "image": image } });
        let inputs = json!({ "image": { "package": "htpd" } });
        let problems = validate_inputs(&schema, &inputs, &["httpd".to_owned()]).unwrap_err();
        assert_eq!(problems[0].path, "image.package");
        assert!(problems[0].message.contains("httpd"), "{problems:?}");
    }

    #[test]
    fn a_problem_of_a_part_is_placed_within_the_whole() {
        assert_eq!(
            Problem::new("[0].name", "x").within("containers").path,
            "containers[0].name"
        );
        assert_eq!(Problem::new("name", "x").within("service").path, "service.name");
        assert_eq!(Problem::new("", "x").within("service").path, "service");
    }
}
