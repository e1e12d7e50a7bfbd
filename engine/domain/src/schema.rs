//! Validation against JSON Schemas, with the path of the wrong field in the words people write.

mod usable;

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Keyword, PatternOptions, ValidationError, ValidationOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use usable::usable;

use shipslog_nearest as nearest;

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

/// Schemas come from components, whoever wrote them: their patterns are matched in linear time.
fn options() -> ValidationOptions<'static> {
    jsonschema::options().with_pattern_options(PatternOptions::regex())
}

/// Validates a value against a schema (draft 2020-12); answers with every problem. No message repeats the value, which
/// may be a secret.
pub fn validate(schema: &Value, value: &Value) -> Result<(), Vec<Problem>> {
    collect(&options(), schema, value, |_| true)
}

/// JSON pointers of the values that do not fit.
pub fn unfit(schema: &Value, value: &Value) -> BTreeSet<String> {
    let Ok(validator) = options().build(schema) else {
        return BTreeSet::new();
    };
    validator
        .iter_errors(value)
        .map(|it| it.instance_path().to_string())
        .collect()
}

/// Validates a step's inputs as a project has them, before variables are resolved: text that is wholly `#{…}` passes
/// (it is validated again when a release is created), what lies around it does not, and what the schema marks as a
/// package must be one.
pub fn validate_inputs(schema: &Value, inputs: &Value, packages: &[String]) -> Result<(), Vec<Problem>> {
    let packages = packages.to_vec();
    let options = options().with_keyword(REFERENCE, move |_, value: &Value, _| {
        let packages = (value == "package").then(|| packages.clone());
        let reference: Box<dyn for<'i> Keyword<'i>> = Box::new(Reference { packages });
        Ok(reference)
    });
    collect(&options, schema, inputs, stands)
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
    options: &ValidationOptions<'_>,
    schema: &Value,
    value: &Value,
    counts: fn(&ValidationError<'_>) -> bool,
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
        .filter(counts)
        .flat_map(|it| problems_of(&it, counts))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Whether an error stays whatever the expressions turn out to be.
fn stands(error: &ValidationError<'_>) -> bool {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            context.iter().all(|branch| branch.iter().any(stands))
        }
        // These judge a value with all that is in it.
        ValidationErrorKind::OneOfMultipleValid { .. }
        | ValidationErrorKind::Not { .. }
        | ValidationErrorKind::Contains
        | ValidationErrorKind::Constant { .. }
        | ValidationErrorKind::Enum { .. } => !holds_expression(error.instance()),
        _ => !is_expression(error.instance()),
    }
}

/// Of several alternatives, the one that got furthest is most likely the one that was meant.
fn problems_of(error: &ValidationError<'_>, counts: fn(&ValidationError<'_>) -> bool) -> Vec<Problem> {
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
        Some(branch) => branch.iter().filter(|it| counts(it)).map(problem).collect(),
        None => vec![problem(error)],
    }
}

fn problem(error: &ValidationError<'_>) -> Problem {
    let message = one_of_several(error).unwrap_or_else(|| error.masked().to_string());
    Problem::new(dotted(error.instance_path()), message)
}

/// Where each alternative lacks just a field: which one it could be.
fn one_of_several(error: &ValidationError<'_>) -> Option<String> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        error.kind()
    else {
        return None;
    };
    let lacking = context.iter().map(|branch| match branch.as_slice() {
        [only] => match only.kind() {
            ValidationErrorKind::Required { property } => Some(format!("`{}`", property.as_str()?)),
            _ => None,
        },
        _ => None,
    });
    let fields: Vec<String> = lacking.collect::<Option<_>>()?;
    Some(format!("one of {} is required", fields.join(", ")))
}

fn holds_expression(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_expression),
        Value::Object(fields) => fields.values().any(holds_expression),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => is_expression(value),
    }
}

fn is_expression(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default().trim();
    text.starts_with("#{") && text.ends_with('}')
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
    fn what_lies_around_an_expression_is_held_to_the_schema() {
        let schema = json!({ "additionalProperties": false, "required": ["name"], "properties": {
            "name": { "type": "string" }, "replicas": { "type": "integer" }, "level": { "enum": ["low", "high"] }
        } });
        let refused = |inputs: Value| validate_inputs(&schema, &inputs, &[]).unwrap_err();
        let unknown = refused(json!({ "name": "a", "replicas": "#{N}", "replicsa": 1 }));
        assert!(unknown[0].message.contains("replicsa"), "{unknown:?}");
        let missing = refused(json!({ "replicas": "#{N}" }));
        assert!(missing[0].message.contains("name"), "{missing:?}");
        let other = refused(json!({ "name": "#{N}", "level": "middle" }));
        assert_eq!(other.len(), 1, "{other:?}");
        assert_eq!(other[0].path, "level");
    }

    #[test]
    fn an_alternative_passes_where_only_expressions_keep_it_from_fitting() {
        let port = json!({ "type": "object", "additionalProperties": false, "properties": {
            "port": { "type": "integer" } } });
        let schema = json!({ "properties": { "probe": { "anyOf": [{ "type": "boolean" }, port] } } });
        let check = |probe: Value| validate_inputs(&schema, &json!({ "probe": probe }), &[]);
        assert_eq!(check(json!("#{Probe}")), Ok(()));
        assert_eq!(check(json!({ "port": "#{Port}" })), Ok(()));
        let problems = check(json!({ "port": "#{Port}", "prot": 1 })).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.contains("prot"), "{problems:?}");
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

    #[test]
    fn a_pattern_that_would_take_for_ever_takes_no_time() {
        let schema = json!({ "pattern": "^(a+)+$" });
        assert!(validate(&schema, &json!("a".repeat(5_000) + "!")).is_err());
    }
}
