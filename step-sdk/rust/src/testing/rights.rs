//! Whether `check` named what a run then did: nothing less, nothing more.

use std::collections::BTreeSet;

use shipslog_rights::Need;

use crate::{Capability, Verb};

/// What was named, and what was needed.
#[derive(Debug, Default)]
pub(super) struct Rights {
    named: Option<Vec<Capability>>,
    used: BTreeSet<Need>,
}

impl Rights {
    /// From now on a call that these do not allow panics.
    pub(super) fn enforce(&mut self, named: Vec<Capability>) {
        self.named = Some(named);
        self.used.clear();
    }

    /// A call needs these.
    pub(super) fn need(&mut self, needed: Vec<Need>, own: Option<&str>) {
        for need in needed.into_iter().map(|it| it.located(own)) {
            if let Some(named) = &self.named {
                let allowed = named
                    .iter()
                    .any(|it| it.verbs.contains(&need.verb) && it.objects().hold(&need, own));
                assert!(allowed, "`check` does not name {need}");
            }
            self.used.insert(need);
        }
    }

    /// What was named and never used.
    pub(super) fn unused(&self, own: Option<&str>) -> Vec<Capability> {
        let unused = |it: &Capability| {
            let used = |verb: Verb| {
                let mut used = self.used.iter().filter(|used| used.verb == verb);
                used.any(|used| it.objects().hold(used, own))
            };
            let verbs: BTreeSet<Verb> = it.verbs.iter().copied().filter(|verb| !used(*verb)).collect();
            (!verbs.is_empty()).then(|| Capability { verbs, ..it.clone() })
        };
        self.named.iter().flatten().filter_map(unused).collect()
    }
}
