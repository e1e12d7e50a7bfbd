//! Capabilities: what a step may do to which objects. Deny by default; the effective right is an intersection.

#[cfg(test)]
mod model;
#[cfg(test)]
mod parsing;
mod pattern;
mod rights;

pub use rights::{Boundary, Denial, Request, Rights, covers, not_granted};

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may be done. `Apply` is patch and create at the API server, `Logs` is get on pods/log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Read one object.
    Get,
    /// Read many.
    List,
    /// Follow changes, which waiting does.
    Watch,
    /// Server-side apply.
    Apply,
    /// Any other patch.
    Patch,
    /// Delete one object.
    Delete,
    /// Read a container's log.
    Logs,
    /// Take fields from other managers.
    Force,
    /// See the data of Secrets instead of handles.
    RevealSecrets,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Apply => "apply",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Logs => "logs",
            Self::Force => "force",
            Self::RevealSecrets => "reveal-secrets",
        })
    }
}

/// Verbs on the objects of one kind whose names match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// At least one.
    pub verbs: std::collections::BTreeSet<Verb>,
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

/// Groups and kinds are whole words: only names and namespaces have patterns.
fn is_or_any(own: &str, other: &str) -> bool {
    own == pattern::ANY || own == other
}

impl Capability {
    /// Whether it lists the verb on the kind, whatever the name and the namespace.
    fn speaks_of(&self, verb: Verb, group: &str, kind: &str) -> bool {
        self.verbs.contains(&verb) && is_or_any(&self.group, group) && is_or_any(&self.kind, kind)
    }

    /// Whether everything that `asked` allows for one verb is allowed here too.
    fn includes(&self, verb: Verb, asked: &Self) -> bool {
        self.speaks_of(verb, &asked.group, &asked.kind)
            && pattern::matches(&self.name, &asked.name)
            && match (&self.namespace, &asked.namespace) {
                (None, None) => true,
                (None, Some(_)) => false,
                (Some(pattern), None) => pattern::matches(pattern, pattern::ANY),
                (Some(pattern), Some(namespace)) => pattern::matches(pattern, namespace),
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
