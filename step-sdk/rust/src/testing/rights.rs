//! Whether `check` named what a run then did: nothing less, nothing more.

use std::collections::BTreeSet;

use crate::bindings::shipslog::step::kubernetes::{Expectation, Selection};
use crate::kubernetes::{ObjectReference, needs};
use crate::{Capability, Verb};

/// What was named, and what of it was used.
#[derive(Debug, Default)]
pub(super) struct Rights {
    named: Option<Vec<Capability>>,
    used: BTreeSet<Capability>,
}

impl Rights {
    /// From now on a call that these do not allow panics.
    pub(super) fn enforce(&mut self, named: Vec<Capability>) {
        self.named = Some(named);
        self.used.clear();
    }

    /// A call needs these.
    pub(super) fn need(&mut self, needed: impl IntoIterator<Item = Capability>, own: Option<&str>) {
        for needed in needed {
            if let Some(named) = &self.named {
                for verb in &needed.verbs {
                    let allowed = named.iter().any(|it| covers(it, &needed, *verb, own));
                    assert!(allowed, "`check` does not name {verb:?} on {needed:?}");
                }
            }
            self.used.insert(needed);
        }
    }

    /// What was named and never used.
    pub(super) fn unused(&self, own: Option<&str>) -> Vec<Capability> {
        let unused = |it: &Capability| {
            let used = |verb: &Verb| {
                self.used
                    .iter()
                    .any(|used| used.verbs.contains(verb) && covers(it, used, *verb, own))
            };
            let verbs: BTreeSet<Verb> = it.verbs.iter().copied().filter(|verb| !used(verb)).collect();
            (!verbs.is_empty()).then(|| Capability { verbs, ..it.clone() })
        };
        self.named.iter().flatten().filter_map(unused).collect()
    }
}

/// What a list needs.
pub(super) fn of_list(selection: &Selection) -> Capability {
    Capability {
        namespace: selection.namespace.clone(),
        ..Capability::new([Verb::List], &selection.group, &selection.kind)
    }
}

/// What waiting needs.
pub(super) fn of_wait(expectation: &Expectation) -> Vec<Capability> {
    match expectation.clone() {
        Expectation::Healthy(it) => needs::healthy(&it.object.into()),
        Expectation::Gone(it) => vec![needs::follow(&it.object.into())],
        Expectation::Condition(it) => vec![needs::follow(&it.object.into())],
        Expectation::Endpoints(it) => needs::endpoints(&it.service.into()),
    }
}

/// What doing this to an object needs.
pub(super) fn of_object(verb: &str, object: &ObjectReference, force: bool) -> Vec<Capability> {
    let verb = match verb {
        "get" => Verb::Get,
        "apply" | "diff" => Verb::Apply,
        "patch" => Verb::Patch,
        "delete" => Verb::Delete,
        "logs" => Verb::Logs,
        _ => return Vec::new(),
    };
    vec![needs::on(
        object,
        [verb].into_iter().chain(force.then_some(Verb::Force)),
    )]
}

fn covers(named: &Capability, needed: &Capability, verb: Verb, own: Option<&str>) -> bool {
    let namespace = |it: &Capability| it.namespace.clone().or_else(|| own.map(str::to_owned));
    named.verbs.contains(&verb)
        && matches(&named.group, &needed.group)
        && matches(&named.kind, &needed.kind)
        && matches(&named.name, &needed.name)
        && match (namespace(named), namespace(needed)) {
            (Some(pattern), Some(it)) => matches(&pattern, &it),
            (named, needed) => named == needed,
        }
}

/// Where `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            rest.is_empty()
                || (0..=text.len()).any(|it| text.is_char_boundary(it) && matches(rest, &text[it..]))
        }),
    }
}
