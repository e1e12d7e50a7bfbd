//! A project's variables, and which value counts where.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use shipslog_nearest as nearest;

use crate::document;
use crate::schema::Problem;
use crate::variables::name::key;
use crate::variables::{Place, ResolveError, Scope, SystemVariables, Value, Variable, alone};

/// Variables of a project, none of which contradict each other as far as that shows without targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableSet {
    /// By name in lower case.
    by_name: BTreeMap<String, Vec<Variable>>,
}

/// What a name stands for at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Text that may use other variables.
    Template(&'a str),
    /// Text as it stands: what the server says, or a handle.
    Literal(&'a str),
}

impl VariableSet {
    /// Takes the variables, or says everything that is wrong with them, at paths such as `[2].value`.
    pub fn new(variables: Vec<Variable>) -> Result<Self, Vec<Problem>> {
        let problems = alone::problems(&variables);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut by_name: BTreeMap<String, Vec<Variable>> = BTreeMap::new();
        for variable in variables {
            by_name.entry(key(&variable.name)).or_default().push(variable);
        }
        Ok(Self { by_name })
    }

    /// Those of a project document, at paths such as `variables[2].value`.
    pub fn of(project: &document::Project) -> Result<Self, Vec<Problem>> {
        Self::new(project.variables.iter().map(Variable::from).collect())
            .map_err(|problems| problems.into_iter().map(|it| it.within("variables")).collect())
    }

    /// Those that have the same value everywhere.
    #[must_use]
    pub fn everywhere(mut self) -> Self {
        self.by_name
            .retain(|_, values| values.iter().all(|it| it.scope == Scope::default()));
        self
    }

    /// Whether the name has a value anywhere.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(&key(name))
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.by_name.values().flatten()
    }

    pub(super) fn find<'a>(
        &'a self,
        name: &str,
        place: &Place,
        system: &'a SystemVariables,
    ) -> Result<Found<'a>, ResolveError> {
        if let Some((_, value)) = system.iter().find(|(it, _)| key(it) == key(name)) {
            let value = value.as_deref().map(Found::Literal);
            return value.ok_or_else(|| ResolveError::NoValue {
                name: name.to_owned(),
                scopes: Vec::new(),
            });
        }
        let values = self
            .by_name
            .get(&key(name))
            .ok_or_else(|| self.unknown(name, system.keys()))?;
        let mut here: Vec<&Variable> = values.iter().filter(|it| it.scope.holds(place)).collect();
        here.sort_by_key(|it| Reverse(it.scope.specificity(place)));
        match here.as_slice() {
            [] => Err(ResolveError::NoValue {
                name: name.to_owned(),
                scopes: values.iter().map(|it| it.scope.clone()).collect(),
            }),
            [one, other, ..] if one.scope.specificity(place) == other.scope.specificity(place) => {
                Err(ResolveError::Ambiguous {
                    name: name.to_owned(),
                    one: Box::new(one.scope.clone()),
                    other: Box::new(other.scope.clone()),
                })
            }
            [one, ..] => Ok(Found::of(&one.value)),
        }
    }

    pub(super) fn unknown<'a>(
        &'a self,
        name: &str,
        system: impl Iterator<Item = &'a String>,
    ) -> ResolveError {
        let own = self
            .by_name
            .values()
            .filter_map(|it| it.first())
            .map(|it| it.name.as_str());
        let hint = nearest::hint(name, own.chain(system.map(String::as_str)));
        ResolveError::Unknown {
            name: name.to_owned(),
            hint,
        }
    }
}

impl<'a> Found<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Template(text),
            Value::Sensitive(handle) => Self::Literal(handle.as_str()),
        }
    }
}
