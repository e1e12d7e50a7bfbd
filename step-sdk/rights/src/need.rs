//! One thing that a step wants to do.

use alloc::string::String;
use core::fmt;

use crate::Verb;

/// One thing that a step wants to do: a verb on one object, or on all objects of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Need {
    /// What is to be done.
    pub verb: Verb,
    /// Empty for the core group.
    pub group: String,
    /// As in `kind:`.
    pub kind: String,
    /// Where; nothing for cluster-scoped kinds, and for a namespaced object that names none.
    pub namespace: Option<String>,
    /// Which; nothing for all of the kind there. May be a pattern, and then stands for all that fit it.
    pub name: Option<String>,
    /// Whether objects of the kind belong to no namespace. Only a cluster knows.
    pub cluster_scoped: bool,
}

/// As `apply on ConfigMap page in the namespace dev`.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on ", self.verb)?;
        match &self.name {
            Some(name) => write!(f, "{} {name}", self.kind)?,
            None => write!(f, "every {}", self.kind)?,
        }
        if !self.group.is_empty() {
            write!(f, " ({})", self.group)?;
        }
        self.namespace
            .as_ref()
            .map_or(Ok(()), |it| write!(f, " in the namespace {it}"))
    }
}
