//! Variables: values with scopes, and `#{Name}` in a step's inputs. The core of Octostache, strictly: what cannot be
//! resolved is an error with its place, never text passed through.
//!
//! Names are compared without case. Of the values whose scope holds, the most specific counts: a scope that names the
//! step beats one that does not, then the target, then a role, then the environment; two that name the same kinds of
//! places are an error, refused when the project is saved wherever that can be seen from the values alone.

mod all;
mod alone;
mod check;
mod error;
mod json;
mod name;
mod place;
mod resolve;
mod scope;
mod set;
mod system;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use shipslog_events::ids::{EnvironmentName, Handle, RoleName, StepName, TargetName};

use crate::document;

pub use error::{ResolveError, SyntaxError};
pub use place::Place;
pub use set::VariableSet;
use system::SystemVariables;
pub use system::system_names;
pub use template::{escape, is_wholly_expression};

/// One value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Several values may share it, for different scopes.
    pub name: String,
    /// What it stands for.
    pub value: Value,
    /// Where it has this value.
    pub scope: Scope,
}

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text that may use other variables.
    Text(String),
    /// A sealed value: its handle stands in the text.
    Sensitive(Handle),
}

/// Where a value holds: within each set any, across the sets all; an empty set says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Where it is deployed to.
    pub environments: BTreeSet<EnvironmentName>,
    /// On which target.
    pub targets: BTreeSet<TargetName>,
    /// On a target with one of these.
    pub roles: BTreeSet<RoleName>,
    /// In which step.
    pub steps: BTreeSet<StepName>,
}

impl From<&document::Variable> for Variable {
    fn from(written: &document::Variable) -> Self {
        let value = match &written.sensitive {
            Some(handle) => Value::Sensitive(Handle::from(handle.as_str())),
            None => Value::Text(written.value.clone().unwrap_or_default()),
        };
        Self {
            name: written.name.clone(),
            value,
            scope: Scope::from(&written.scope),
        }
    }
}
