//! What is wrong with inputs and with the values of variables before it is known where they are used.

use serde_json::Value as Json;

use crate::schema::Problem;
use crate::variables::name::key;
use crate::variables::template::{self, Expression, Part};
use crate::variables::{ResolveError, Value, VariableSet, json};

impl VariableSet {
    /// What is wrong with inputs wherever they are used: text that cannot be read, names that have no value anywhere.
    /// `system` are the names of the server's own variables.
    pub fn check_json(&self, inputs: &Json, system: &[String]) -> Vec<Problem> {
        let checked = json::map(inputs, "", &|text, _| match self.check_text(text, system) {
            Ok(()) => Ok(Json::Null),
            Err(error) => Err(error),
        });
        checked.err().unwrap_or_default()
    }

    /// The same for the values of the variables themselves; paths begin with the variable's name.
    pub fn check_values(&self, system: &[String]) -> Vec<Problem> {
        self.variables()
            .filter_map(|variable| match &variable.value {
                Value::Text(text) => Some((variable, self.check_text(text, system).err()?)),
                Value::Sensitive(_) => None,
            })
            .map(|(variable, error)| Problem::new(variable.name.clone(), error.to_string()))
            .collect()
    }

    fn check_text(&self, text: &str, system: &[String]) -> Result<(), ResolveError> {
        let pieces = template::parse(text).map_err(ResolveError::Syntax)?;
        pieces
            .iter()
            .filter_map(|it| it.expression.as_ref())
            .try_for_each(|it| self.check(it, system))
    }

    /// A name with an expression in it is known only where that has a value.
    fn check(&self, expression: &Expression, system: &[String]) -> Result<(), ResolveError> {
        let mut name = Some(String::new());
        for part in &expression.0 {
            match part {
                Part::Text(text) => name = name.map(|it| it + text),
                Part::Nested(nested) => {
                    self.check(nested, system)?;
                    name = None;
                }
            }
        }
        match name {
            Some(name) if !self.knows(&name) && !system.iter().any(|it| key(it) == key(&name)) => {
                Err(self.unknown(name.trim(), system.iter()))
            }
            Some(_) | None => Ok(()),
        }
    }
}
