//! Rules and requests, so that saying yes and saying no are both common.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::{Boundary, Capability, Need, Rights, Verb};
use super::KINDS;

pub(super) const FEW_VERBS: [Verb; 3] = [Verb::Get, Verb::Apply, Verb::Patch];

/// How often what was seen.
#[derive(Default)]
pub(super) struct Counts(RefCell<BTreeMap<String, usize>>);

impl Counts {
    pub(super) fn add(&self, what: String) {
        *self.0.borrow_mut().entry(what).or_default() += 1;
    }

    /// A property that never meets a case says nothing about it. A handful of cases may miss one by chance.
    pub(super) fn each_at_least<const N: usize>(&self, percent: usize, expected: [&str; N]) {
        let counts = self.0.borrow();
        let all: usize = counts.values().sum();
        if all < 100 {
            return;
        }
        for what in expected {
            let seen = counts.get(what).copied().unwrap_or_default();
            assert!(seen * 100 >= all * percent, "{what} is rare: {counts:?}");
        }
    }
}

pub(super) fn everything() -> Vec<Capability> {
    let any = || "*".to_owned();
    vec![Capability {
        verbs: Verb::ALL.into(),
        group: any(),
        kind: any(),
        name: any(),
        namespace: Some(any()),
    }]
}

/// Texts, and how often each.
type Words = &'static [(u32, &'static str)];

fn text(choices: Words) -> BoxedStrategy<String> {
    let choices = choices
        .iter()
        .map(|(weight, it)| (*weight, Just((*it).to_owned()).boxed()))
        .collect();
    proptest::strategy::Union::new_weighted(choices).boxed()
}

fn pattern(longest: usize) -> BoxedStrategy<String> {
    proptest::string::string_regex(&format!("[ab*]{{1,{longest}}}"))
        .expect("it is a regular expression")
        .boxed()
}

const GROUPS: Words = &[(8, "*"), (3, ""), (2, "apps"), (1, "storage.k8s.io"), (1, "app*")];
const KINDS_OF_RULES: Words = &[
    (10, "*"),
    (2, "ConfigMap"),
    (2, "Secret"),
    (1, "Namespace"),
    (1, "StorageClass"),
    (1, "Config*"),
    (1, "*Class"),
];

/// What `covers` is held against is a smaller world.
const FEW_GROUPS: Words = &[(4, "*"), (2, ""), (1, "apps")];
const FEW_KINDS: Words = &[(4, "*"), (2, "ConfigMap"), (1, "Secret")];

fn rule(verbs: &'static [Verb], groups: Words, kinds: Words, longest: usize) -> BoxedStrategy<Capability> {
    let name = prop_oneof![3 => Just("*".to_owned()), 2 => pattern(longest)];
    let namespace =
        prop_oneof![4 => Just(None), 4 => Just(Some("*".to_owned())), 2 => pattern(longest).prop_map(Some)];
    let verbs = subsequence(verbs, 1..=verbs.len());
    (verbs, text(groups), text(kinds), name, namespace)
        .prop_map(|(verbs, group, kind, name, namespace)| Capability {
            verbs: verbs.into_iter().collect(),
            group,
            kind,
            name,
            namespace,
        })
        .boxed()
}

/// One list in four allows everything, so that the layers after it are heard of.
fn rules() -> impl Strategy<Value = Vec<Capability>> {
    prop_oneof![1 => Just(everything()), 3 => vec(rule(&Verb::ALL, GROUPS, KINDS_OF_RULES, 3), 0..6)]
}

pub(super) fn own_namespace() -> impl Strategy<Value = Option<String>> {
    weighted(0.7, text(&[(2, "a"), (1, "b")]))
}

pub(super) fn rights() -> impl Strategy<Value = Rights> {
    (rules(), rules(), own_namespace()).prop_map(|(declared, granted, namespace)| Rights {
        declared,
        granted,
        boundary: Boundary { namespace },
    })
}

fn request() -> impl Strategy<Value = Need> {
    const NAMESPACES: Words = &[(6, "a"), (2, "b"), (1, "ab"), (1, "~"), (1, "a*"), (1, "*")];
    const NAMES: Words = &[
        (4, "a"),
        (2, "b"),
        (2, "ab"),
        (1, "aba"),
        (1, "~"),
        (1, "*"),
        (1, "a*"),
        (1, "*a*"),
    ];
    let namespace = weighted(0.9, text(NAMESPACES));
    let name = weighted(0.9, text(NAMES));
    (select(&Verb::ALL[..]), select(&KINDS[..]), namespace, name).prop_map(
        |(verb, (group, kind, cluster_scoped), namespace, name)| Need {
            verb,
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.filter(|_| !cluster_scoped),
            name,
            cluster_scoped,
        },
    )
}

pub(super) fn requests() -> impl Strategy<Value = Vec<Need>> {
    vec(request(), 8)
}

/// What is asked, and a declaration that is often just wide enough.
pub(super) fn declared_and_asked() -> impl Strategy<Value = (Vec<Capability>, Vec<Capability>)> {
    let rule = || rule(&FEW_VERBS, FEW_GROUPS, FEW_KINDS, 2);
    (vec(rule(), 1..4), vec(any::<u8>(), 4), vec(rule(), 0..3)).prop_map(|(asked, changes, other)| {
        let mut declared: Vec<Capability> = asked
            .iter()
            .zip(changes)
            .map(|(rule, change)| changed(rule, change))
            .collect();
        declared.extend(other);
        (declared, asked)
    })
}

/// The rule itself, a wider one, or one that lacks something.
fn changed(rule: &Capability, change: u8) -> Capability {
    let mut rule = rule.clone();
    match change % 8 {
        0 | 1 => rule.name = "*".to_owned(),
        2 => rule.kind = "*".to_owned(),
        3 => rule.namespace = Some("**".to_owned()),
        4 => rule.verbs.extend(FEW_VERBS),
        5 => rule.group = "*".to_owned(),
        6 => drop(rule.verbs.pop_first()),
        _ => {}
    }
    rule
}
