//! Which of several values holds.

use std::collections::BTreeSet;
use std::fmt;

use crate::document;
use crate::variables::{Place, Scope};

/// How narrow a scope is at a place: step, target, a role that is the step's own, any role, environment; the first one
/// weighs most.
pub(super) type Specificity = [bool; 5];

impl Scope {
    /// Whether the value holds there.
    pub fn holds(&self, place: &Place) -> bool {
        says_nothing_or(&self.environments, |it| {
            place.environment.as_ref().is_some_and(|one| it.contains(one))
        }) && says_nothing_or(&self.targets, |it| {
            place.target.as_ref().is_some_and(|one| it.contains(one))
        }) && says_nothing_or(&self.roles, |it| !it.is_disjoint(&place.roles))
            && says_nothing_or(&self.steps, |it| {
                place.step.as_ref().is_some_and(|one| it.contains(one))
            })
    }

    pub(super) fn specificity(&self, place: &Place) -> Specificity {
        [
            !self.steps.is_empty(),
            !self.targets.is_empty(),
            place
                .roles
                .intersection(&place.own_roles)
                .any(|it| self.roles.contains(it)),
            !self.roles.is_empty(),
            !self.environments.is_empty(),
        ]
    }

    /// Whether both hold somewhere whatever targets there are, and neither is more specific. Scopes with different
    /// roles may still meet on one target: that shows only when it is deployed to.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        let nowhere = Place::default();
        self.specificity(&nowhere) == other.specificity(&nowhere)
            && meet(&self.environments, &other.environments)
            && meet(&self.targets, &other.targets)
            && meet(&self.roles, &other.roles)
            && meet(&self.steps, &other.steps)
    }
}

fn says_nothing_or<T>(names: &BTreeSet<T>, holds: impl Fn(&BTreeSet<T>) -> bool) -> bool {
    names.is_empty() || holds(names)
}

fn meet<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> bool {
    one.is_empty() || !one.is_disjoint(other)
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            part("environment", &self.environments),
            part("target", &self.targets),
            part("role", &self.roles),
            part("step", &self.steps),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            f.write_str("everywhere")
        } else {
            f.write_str(&parts.join(", "))
        }
    }
}

fn part<T: fmt::Display>(kind: &str, names: &BTreeSet<T>) -> Option<String> {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    (!names.is_empty()).then(|| format!("{kind} {}", names.join(" or ")))
}

impl From<&document::Scope> for Scope {
    fn from(written: &document::Scope) -> Self {
        Self {
            environments: names(&written.environments),
            targets: names(&written.targets),
            roles: names(&written.roles),
            steps: names(&written.steps),
        }
    }
}

fn names<'a, T: From<&'a str> + Ord>(written: &'a [String]) -> BTreeSet<T> {
    written.iter().map(|it| T::from(it.as_str())).collect()
}
