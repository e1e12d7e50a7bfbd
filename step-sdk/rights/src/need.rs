//! One thing that a step wants to do.

use alloc::borrow::ToOwned;
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

impl Need {
    /// The same, where the host does it: on a target whose own namespace is `own`, that is what is meant where none is
    /// said. Kinds without namespaces have none there either.
    #[must_use]
    pub fn located(self, own: Option<&str>) -> Self {
        let own = own.filter(|_| !self.cluster_scoped).map(ToOwned::to_owned);
        Self {
            namespace: self.namespace.or(own),
            ..self
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_no_namespace_is_in_the_targets_own_unless_its_kind_has_none() {
        let need = |namespace: Option<&str>, cluster_scoped| Need {
            verb: Verb::Get,
            group: String::new(),
            kind: "Thing".to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            name: None,
            cluster_scoped,
        };
        assert_eq!(need(None, false).located(Some("dev")), need(Some("dev"), false));
        assert_eq!(
            need(Some("web"), false).located(Some("dev")),
            need(Some("web"), false)
        );
        assert_eq!(need(None, true).located(Some("dev")), need(None, true));
        assert_eq!(need(None, false).located(None), need(None, false));
    }
}
