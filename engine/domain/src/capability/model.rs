//! The rules once more, slowly: a right is the set of single acts that it allows, and a request is the set of those that
//! it asks for. Everything is enumerated; nothing is clever.

mod given;

use proptest::test_runner::{Config, TestRunner};
use shipslog_events::event::deployment::Layer;

use super::{Boundary, Capability, Need, Rights, Verb, covers};
use given::Counts;

/// Kinds of the cluster, and whether their objects belong to no namespace.
const KINDS: [(&str, &str, bool); 8] = [
    ("", "ConfigMap", false),
    ("", "Secret", false),
    ("apps", "ConfigMap", false),
    ("", "Namespace", true),
    ("apps", "Namespace", true),
    ("networking.k8s.io", "IngressClass", true),
    ("storage.k8s.io", "StorageClass", true),
    ("apps", "StorageClass", true),
];

/// Where an act happens.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    /// Outside all namespaces, where cluster-scoped kinds are.
    Cluster,
    /// A namespaced kind, and no namespace was said.
    Unsaid,
    In(String),
}

/// One verb on one object.
#[derive(Debug, Clone)]
struct Act {
    verb: Verb,
    group: String,
    kind: String,
    place: Place,
    name: String,
}

/// Every text of one to so many letters. No rule knows the letter `~`, so that what fits a star is more than rules name.
fn texts(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    for length in 0..longest {
        let longer: Vec<String> = all
            .iter()
            .filter(|it| it.len() == length)
            .flat_map(|it| ["a", "b", "~"].map(|letter| format!("{it}{letter}")))
            .collect();
        all.extend(longer);
    }
    all.split_off(1)
}

/// A star is any text, everything else is itself.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => (0..=text.len()).any(|taken| fits(&pattern[1..], &text[taken..])),
        Some(own) => text.starts_with(own) && fits(&pattern[own.len_utf8()..], &text[own.len_utf8()..]),
    }
}

fn is_all(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.chars().all(|it| it == '*')
}

/// Whether one rule allows one act on a target with this namespace.
fn rule_allows(rule: &Capability, act: &Act, own: Option<&str>) -> bool {
    let place = match (&rule.namespace, &act.place) {
        (None, Place::Cluster) => true,
        (None, Place::Unsaid) => own.is_none(),
        (None, Place::In(namespace)) => own == Some(namespace),
        (Some(pattern), Place::Cluster | Place::Unsaid) => is_all(pattern),
        (Some(pattern), Place::In(namespace)) => fits(pattern, namespace),
    };
    place
        && rule.verbs.contains(&act.verb)
        && (rule.group == "*" || rule.group == act.group)
        && (rule.kind == "*" || rule.kind == act.kind)
        && fits(&rule.name, &act.name)
}

fn list_allows(rules: &[Capability], act: &Act, own: Option<&str>) -> bool {
    rules.iter().any(|rule| rule_allows(rule, act, own))
}

fn boundary_allows(boundary: &Boundary, act: &Act) -> bool {
    let Some(own) = boundary.namespace.as_deref() else {
        return act.place != Place::Unsaid;
    };
    match &act.place {
        Place::Unsaid => false,
        Place::In(namespace) => namespace == own,
        Place::Cluster => {
            let reads = [Verb::Get, Verb::List, Verb::Watch].contains(&act.verb);
            let itself = (&*act.group, &*act.kind, &*act.name) == ("", "Namespace", own);
            let class = [
                ("networking.k8s.io", "IngressClass"),
                ("storage.k8s.io", "StorageClass"),
            ];
            reads && (itself || class.contains(&(&*act.group, &*act.kind)))
        }
    }
}

/// The acts that a request asks for, all of them.
fn acts(request: &Need) -> Vec<Act> {
    let places = match &request.namespace {
        None if request.cluster_scoped => vec![Place::Cluster],
        None => vec![Place::Unsaid],
        Some(pattern) => texts(3)
            .into_iter()
            .filter(|it| fits(pattern, it))
            .map(Place::In)
            .collect(),
    };
    let mut all = Vec::new();
    for place in places {
        for name in texts(3) {
            if fits(request.name.as_deref().unwrap_or("*"), &name) {
                all.push(Act {
                    verb: request.verb,
                    group: request.group.clone(),
                    kind: request.kind.clone(),
                    place: place.clone(),
                    name,
                });
            }
        }
    }
    all
}

/// The first layer that does not allow every act of the request.
fn first_no(rights: &Rights, request: &Need) -> Option<Layer> {
    let (acts, own) = (acts(request), rights.boundary.namespace.as_deref());
    assert!(!acts.is_empty(), "the model's world is too small for {request}");
    if !acts.iter().all(|it| list_allows(&rights.declared, it, own)) {
        Some(Layer::Declaration)
    } else if !acts.iter().all(|it| list_allows(&rights.granted, it, own)) {
        Some(Layer::Grant)
    } else if !acts.iter().all(|it| boundary_allows(&rights.boundary, it)) {
        Some(Layer::Boundary)
    } else {
        None
    }
}

/// Acts of a small world in which a kind may be of either scope: `covers` is asked before the cluster is.
fn world() -> Vec<Act> {
    let mut all = Vec::new();
    for verb in given::FEW_VERBS {
        for group in ["", "apps", "~"] {
            for kind in ["ConfigMap", "Secret", "~"] {
                for place in [Place::Cluster, Place::Unsaid]
                    .into_iter()
                    .chain(texts(2).into_iter().map(Place::In))
                {
                    for name in texts(2) {
                        all.push(Act {
                            verb,
                            group: group.to_owned(),
                            kind: kind.to_owned(),
                            place: place.clone(),
                            name,
                        });
                    }
                }
            }
        }
    }
    all
}

fn runner(test_name: &'static str) -> TestRunner {
    TestRunner::new(Config {
        source_file: Some(file!()),
        test_name: Some(test_name),
        ..Config::default()
    })
}

#[test]
fn the_check_agrees_with_the_model_on_every_request_and_names_the_first_layer_that_says_no() {
    let counts = Counts::default();
    let tested = runner("first_layer").run(&(given::rights(), given::requests()), |(rights, requests)| {
        for request in &requests {
            let (decided, expected) = (rights.decide(request), first_no(&rights, request));
            let said = decided.as_ref().err().map(|it| it.layer);
            assert_eq!(said, expected, "{request} with {rights:?}");
            if let Err(denial) = decided {
                assert!(denial.rule.contains(&request.to_string()), "{denial}");
            }
            counts.add(expected.map_or_else(|| "allowed".to_owned(), |it| it.to_string()));
        }
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("{error}"));
    counts.each_at_least(5, ["allowed", "declaration", "grant", "boundary"]);
}

#[test]
fn a_declaration_covers_exactly_the_lists_all_of_whose_acts_it_allows_on_every_target() {
    let (world, counts) = (world(), Counts::default());
    let tested = runner("covers").run(&given::declared_and_asked(), |(declared, asked)| {
        let beyond = |own| {
            world
                .iter()
                .find(|it| list_allows(&asked, it, own) && !list_allows(&declared, it, own))
        };
        let beyond = [None, Some("a"), Some("~")].into_iter().find_map(beyond);
        let covered = covers(&declared, &asked);
        assert_eq!(
            covered.is_ok(),
            beyond.is_none(),
            "{declared:?} for {asked:?}: {beyond:?}"
        );
        counts.add(if covered.is_ok() { "covered" } else { "beyond" }.to_owned());
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("{error}"));
    counts.each_at_least(3, ["covered", "beyond"]);
}

#[test]
fn every_request_that_a_covered_list_allows_the_declaration_allows_too() {
    let (counts, everything) = (Counts::default(), given::everything());
    let strategy = (
        given::declared_and_asked(),
        given::requests(),
        given::own_namespace(),
    );
    let tested = runner("covered_requests").run(&strategy, |((declared, asked), requests, namespace)| {
        if covers(&declared, &asked).is_err() {
            return Ok(());
        }
        let with = |declared: &[Capability]| Rights {
            declared: declared.to_vec(),
            granted: everything.clone(),
            boundary: Boundary {
                namespace: namespace.clone(),
            },
        };
        let (wide, narrow) = (with(&declared), with(&asked));
        for request in requests {
            let allowed = narrow.decide(&request).is_ok();
            assert!(!allowed || wide.decide(&request).is_ok(), "{request}");
            counts.add(if allowed { "allowed" } else { "denied" }.to_owned());
        }
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("{error}"));
    counts.each_at_least(1, ["allowed", "denied"]);
}
