//! What may be done.

use core::fmt;

/// What may be done. `Apply` is patch and create at the API server, `Logs` is get on `pods/log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

impl Verb {
    /// Every verb, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::Get,
        Self::List,
        Self::Watch,
        Self::Apply,
        Self::Patch,
        Self::Delete,
        Self::Logs,
        Self::Force,
        Self::RevealSecrets,
    ];

    /// How documents spell them, in the same order.
    pub const NAMES: [&'static str; 9] = {
        let mut names = [""; 9];
        let mut at = 0;
        while at < names.len() {
            names[at] = Self::ALL[at].name();
            at += 1;
        }
        names
    };

    /// How documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Apply => "apply",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Logs => "logs",
            Self::Force => "force",
            Self::RevealSecrets => "reveal-secrets",
        }
    }

    /// What it lets a step do, for people who grant it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Get => "Read one object.",
            Self::List => "Read many.",
            Self::Watch => "Follow changes, which waiting does.",
            Self::Apply => "Server-side apply.",
            Self::Patch => "Any other patch.",
            Self::Delete => "Delete one object.",
            Self::Logs => "Read a container's log.",
            Self::Force => "Take fields from other managers.",
            Self::RevealSecrets => "See the data of Secrets instead of handles.",
        }
    }

    /// The verb that documents spell so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What the API server has to allow for it: a verb as its roles have it, and a subresource, which is empty for the
    /// object itself. Force and revealing are rules of ours alone.
    pub const fn at_the_server(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Get => &[("get", "")],
            Self::List => &[("list", "")],
            Self::Watch => &[("watch", "")],
            Self::Apply => &[("patch", ""), ("create", "")],
            Self::Patch => &[("patch", "")],
            Self::Delete => &[("delete", "")],
            Self::Logs => &[("get", "log")],
            Self::Force | Self::RevealSecrets => &[],
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_found_by_its_name() {
        for (verb, name) in Verb::ALL.into_iter().zip(Verb::NAMES) {
            assert_eq!((verb.name(), Verb::named(name)), (name, Some(verb)));
        }
        assert_eq!(Verb::named("create"), None);
    }
}
