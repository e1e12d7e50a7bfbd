//! Capabilities: what a step may do to which objects. Deny by default; the effective right is an intersection.

#[cfg(test)]
mod model;
#[cfg(test)]
mod parsing;
mod rights;
mod verbs;

pub use rights::{Boundary, Denial, Rights, covers, not_granted};
pub use shipslog_rights::{Need, Verb};

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipslog_rights::{Objects, pattern};

/// Verbs on the objects of one kind whose names match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// At least one.
    #[serde(with = "verbs")]
    #[schemars(with = "BTreeSet<verbs::Named>")]
    pub verbs: BTreeSet<Verb>,
    /// Empty for the core group, `*` for any.
    #[serde(default)]
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// A name in which `*` stands for any text; `*` alone is any name.
    #[serde(default = "any")]
    pub name: String,
    /// Nothing means the target's own namespace (or, for cluster-scoped kinds, none). `*` is any namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

fn any() -> String {
    pattern::ANY.to_owned()
}

impl Capability {
    /// Whether it gives what is needed, on a target whose own namespace is `own`.
    fn allows(&self, need: &Need, own: Option<&str>) -> bool {
        self.verbs.contains(&need.verb) && self.objects().hold(need, own)
    }

    /// Whether everything that `asked` allows for one verb is allowed here too.
    fn includes(&self, verb: Verb, asked: &Self) -> bool {
        self.verbs.contains(&verb) && self.objects().include(asked.objects())
    }

    fn objects(&self) -> Objects<'_> {
        Objects {
            group: &self.group,
            kind: &self.kind,
            name: &self.name,
            namespace: self.namespace.as_deref(),
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verbs = self
            .verbs
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        write!(f, "{verbs} on {} {}", self.kind, self.name)?;
        if !self.group.is_empty() {
            write!(f, " ({})", self.group)?;
        }
        self.namespace
            .as_ref()
            .map_or(Ok(()), |it| write!(f, " in the namespace {it}"))
    }
}
