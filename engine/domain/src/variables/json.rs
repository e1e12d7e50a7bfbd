//! Every string of a tree, with the path of the one that is wrong.

use serde_json::{Map, Number, Value as Json};

use crate::schema::Problem;
use crate::variables::{Place, ResolveError, VariableSet, template};

impl VariableSet {
    /// Resolves every string of the inputs; answers with every problem, at paths such as `containers[0].image`.
    pub fn resolve_json(&self, inputs: &Json, place: &Place) -> Result<Json, Vec<Problem>> {
        self.resolve_json_typed(inputs, place, |_| false)
    }

    /// The same; where `wanted` says so of a JSON pointer, a string that is wholly an expression becomes the number or
    /// truth value that its text shows. Any other text stays a string, for the schema to refuse.
    pub fn resolve_json_typed(
        &self,
        inputs: &Json,
        place: &Place,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Json, Vec<Problem>> {
        map(inputs, "", &|text, pointer| {
            let resolved = self.resolve_text(text, place)?;
            let typed = template::is_wholly_expression(text) && wanted(pointer);
            Ok(typed
                .then(|| scalar(resolved.trim()))
                .flatten()
                .unwrap_or(Json::String(resolved)))
        })
    }
}

/// Octopus writes truth values as `True` and `False`.
fn scalar(text: &str) -> Option<Json> {
    match text {
        "true" | "True" => Some(Json::Bool(true)),
        "false" | "False" => Some(Json::Bool(false)),
        text => serde_json::from_str::<Number>(text).ok().map(Json::Number),
    }
}

/// The tree with every string replaced. Problems carry their paths within it.
pub(super) fn map(
    value: &Json,
    pointer: &str,
    string: &impl Fn(&str, &str) -> Result<Json, ResolveError>,
) -> Result<Json, Vec<Problem>> {
    match value {
        Json::String(text) => {
            string(text, pointer).map_err(|error| vec![Problem::new("", error.to_string())])
        }
        Json::Array(items) => {
            let part = |(index, item): (usize, &Json)| {
                map(item, &format!("{pointer}/{index}"), string)
                    .map_err(|it| within(it, &format!("[{index}]")))
            };
            gather(items.iter().enumerate().map(part)).map(Json::Array)
        }
        Json::Object(fields) => {
            let part = |(name, field): (&String, &Json)| {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                let mapped = map(field, &pointer, string).map_err(|it| within(it, name))?;
                plain_name(name).map(|()| (name.clone(), mapped))
            };
            gather(fields.iter().map(part)).map(|it: Vec<_>| Json::Object(Map::from_iter(it)))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(value.clone()),
    }
}

fn gather<T>(parts: impl Iterator<Item = Result<T, Vec<Problem>>>) -> Result<Vec<T>, Vec<Problem>> {
    let mut mapped = Vec::new();
    let mut problems = Vec::new();
    for part in parts {
        match part {
            Ok(value) => mapped.push(value),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(mapped)
    } else {
        Err(problems)
    }
}

fn within(problems: Vec<Problem>, parent: &str) -> Vec<Problem> {
    problems.into_iter().map(|it| it.within(parent)).collect()
}

/// Names of fields are fixed when the project is saved: what they mean must not hang on where it is deployed to.
fn plain_name(name: &str) -> Result<(), Vec<Problem>> {
    if name.contains("#{") {
        return Err(vec![Problem::new(
            name,
            "the name of a field cannot hold an expression; only its value can",
        )]);
    }
    Ok(())
}
