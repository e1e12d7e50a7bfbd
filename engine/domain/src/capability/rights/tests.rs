use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn capability(verbs: &[Verb], group: &str, kind: &str, name: &str, namespace: Option<&str>) -> Capability {
    Capability {
        verbs: verbs.iter().copied().collect(),
        group: group.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
    }
}

fn request(verb: Verb, kind: &str, namespace: Option<&str>, name: Option<&str>) -> Need {
    Need {
        verb,
        group: String::new(),
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        cluster_scoped: matches!(kind, "Namespace" | "Node"),
    }
}

fn everything() -> Vec<Capability> {
    let verbs = [Verb::Get, Verb::List, Verb::Watch, Verb::Apply, Verb::Delete];
    vec![capability(&verbs, "*", "*", "*", Some("*"))]
}

fn rights(declared: Vec<Capability>, granted: Vec<Capability>, namespace: Option<&str>) -> Rights {
    let boundary = Boundary {
        namespace: namespace.map(str::to_owned),
    };
    Rights {
        declared,
        granted,
        boundary,
    }
}

fn refused(rights: &Rights, request: &Need) -> (Layer, String) {
    let Denial { layer, rule } = rights.decide(request).unwrap_err();
    (layer, rule)
}

#[test]
fn nothing_is_allowed_that_the_component_does_not_declare() {
    let rights = rights(vec![], everything(), None);
    assert_eq!(
        refused(&rights, &request(Verb::Apply, "ConfigMap", Some("dev"), Some("page"))),
        (
            Layer::Declaration,
            "the step's component does not declare apply on ConfigMap page in the namespace dev; a component whose \
             description lists it could"
                .to_owned()
        )
    );
}

#[test]
fn nothing_is_allowed_that_the_project_did_not_grant() {
    let granted = vec![capability(&[Verb::Get], "", "ConfigMap", "page-*", None)];
    let rights = rights(everything(), granted, Some("dev"));
    assert_eq!(
        rights.decide(&request(Verb::Get, "ConfigMap", Some("dev"), Some("page-7"))),
        Ok(())
    );
    assert_eq!(
        refused(&rights, &request(Verb::Get, "ConfigMap", Some("dev"), Some("other"))),
        (
            Layer::Grant,
            "the project did not grant get on ConfigMap other in the namespace dev; add it to the step's grant in the \
             project"
                .to_owned()
        )
    );
}

#[test]
fn a_namespace_is_a_boundary_whatever_was_granted() {
    let rights = rights(everything(), everything(), Some("dev"));
    let (layer, rule) = refused(
        &rights,
        &request(Verb::Apply, "ConfigMap", Some("production"), Some("page")),
    );
    assert_eq!(layer, Layer::Boundary);
    assert_eq!(
        rule,
        "apply on ConfigMap page in the namespace production is outside the target, which has the namespace dev only; a \
         target for the namespace production could"
    );
    assert_eq!(
        refused(&rights, &request(Verb::Apply, "Namespace", None, Some("dev"))).0,
        Layer::Boundary
    );
    assert_eq!(
        refused(&rights, &request(Verb::List, "Pod", None, None)).0,
        Layer::Boundary
    );
}

#[test]
fn a_namespaced_target_reads_its_own_namespace_and_the_classes() {
    let rights = rights(everything(), everything(), Some("dev"));
    assert_eq!(
        rights.decide(&request(Verb::Get, "Namespace", None, Some("dev"))),
        Ok(())
    );
    assert!(
        rights
            .decide(&request(Verb::Get, "Namespace", None, Some("production")))
            .is_err()
    );
    assert!(
        rights
            .decide(&request(Verb::List, "Namespace", None, None))
            .is_err()
    );
    let mut class = request(Verb::List, "IngressClass", None, None);
    class.cluster_scoped = true;
    assert!(rights.decide(&class).is_err(), "the kind alone is not enough");
    class.group = "networking.k8s.io".to_owned();
    assert_eq!(rights.decide(&class), Ok(()));
    class.verb = Verb::Delete;
    assert!(rights.decide(&class).is_err());
}

#[test]
fn without_a_namespace_a_namespaced_object_must_name_one() {
    let rights = rights(everything(), everything(), None);
    assert_eq!(
        rights.decide(&request(Verb::Apply, "Namespace", None, Some("dev"))),
        Ok(())
    );
    assert_eq!(
        rights.decide(&request(Verb::Apply, "ConfigMap", Some("dev"), Some("page"))),
        Ok(())
    );
    assert_eq!(
        refused(&rights, &request(Verb::Apply, "ConfigMap", None, Some("page"))),
        (
            Layer::Boundary,
            "apply on ConfigMap page names no namespace, and the target has none of its own; name one in the object"
                .to_owned()
        )
    );
}

#[test]
fn reading_every_object_of_a_kind_needs_a_right_on_any_name() {
    let named = vec![capability(&[Verb::List], "", "Pod", "httpd-*", None)];
    let rights = rights(named.clone(), named, Some("dev"));
    assert!(
        rights
            .decide(&request(Verb::List, "Pod", Some("dev"), None))
            .is_err()
    );
}

#[test]
fn what_is_asked_beyond_the_description_is_named_verb_by_verb() {
    let declared = [
        capability(&[Verb::Get], "", "Secret", "*", None),
        capability(&[Verb::Apply], "", "Secret", "token-*", None),
    ];
    assert_eq!(
        covers(
            &declared,
            &[capability(
                &[Verb::Get, Verb::Apply],
                "",
                "Secret",
                "token-7",
                None
            )]
        ),
        Ok(())
    );
    assert_eq!(
        covers(
            &declared,
            &[capability(&[Verb::Get, Verb::Apply], "", "Secret", "*", None)]
        ),
        Err(vec![capability(&[Verb::Apply], "", "Secret", "*", None)])
    );
    let elsewhere = capability(&[Verb::Get], "", "Secret", "x", Some("kube-system"));
    assert_eq!(
        covers(&declared, std::slice::from_ref(&elsewhere)),
        Err(vec![elsewhere])
    );
}

/// The rules once more, over a world small enough to write down: what a capability allows is a set of requests.
mod model {
    use super::*;

    pub(super) const VERBS: [Verb; 3] = [Verb::Get, Verb::Apply, Verb::Delete];
    pub(super) const KINDS: [&str; 3] = ["ConfigMap", "Secret", "Namespace"];
    pub(super) const NAMES: [&str; 3] = ["a", "ab", "b"];
    pub(super) const NAMESPACES: [&str; 3] = ["dev", "production", "a"];

    pub(super) fn world() -> Vec<Need> {
        let mut all = Vec::new();
        for verb in VERBS {
            for kind in KINDS {
                for name in NAMES {
                    let places: &[Option<&str>] = if kind == "Namespace" {
                        &[None]
                    } else {
                        &[None, Some("dev"), Some("production"), Some("a")]
                    };
                    all.extend(
                        places
                            .iter()
                            .map(|namespace| request(verb, kind, *namespace, Some(name))),
                    );
                }
            }
        }
        all
    }

    fn fits(pattern: &str, text: &str) -> bool {
        match pattern {
            "*" => true,
            "a*" => text.starts_with('a'),
            other => other == text,
        }
    }

    fn one(capability: &Capability, request: &Need, own: Option<&str>) -> bool {
        let place = if request.cluster_scoped {
            capability.namespace.as_deref().is_none_or(|it| it == "*")
        } else {
            match (capability.namespace.as_deref(), request.namespace.as_deref()) {
                (None, place) => place == own,
                (Some(wanted), Some(place)) => fits(wanted, place),
                (Some(wanted), None) => wanted == "*",
            }
        };
        place
            && capability.verbs.contains(&request.verb)
            && fits(&capability.kind, &request.kind)
            && request
                .name
                .as_deref()
                .is_some_and(|name| fits(&capability.name, name))
    }

    pub(super) fn allowed(list: &[Capability], own: Option<&str>) -> BTreeSet<usize> {
        let world = world();
        (0..world.len())
            .filter(|at| list.iter().any(|it| one(it, &world[*at], own)))
            .collect()
    }

    pub(super) fn inside(own: Option<&str>) -> BTreeSet<usize> {
        let inside = |it: &Need| match own {
            None => it.cluster_scoped || it.namespace.is_some(),
            Some(own) if it.cluster_scoped => it.verb == Verb::Get && it.name.as_deref() == Some(own),
            Some(own) => it.namespace.as_deref() == Some(own),
        };
        let world = world();
        (0..world.len()).filter(|at| inside(&world[*at])).collect()
    }
}

fn some_capability() -> impl Strategy<Value = Capability> {
    (
        proptest::collection::vec(proptest::sample::select(&model::VERBS[..]), 1..3),
        proptest::sample::select(vec!["*", "ConfigMap", "Secret", "Namespace"]),
        proptest::sample::select(vec!["*", "a*", "a", "b"]),
        proptest::sample::select(vec![None, Some("*"), Some("dev"), Some("a*")]),
    )
        .prop_map(|(verbs, kind, name, namespace)| capability(&verbs, "", kind, name, namespace))
}

fn some_list() -> impl Strategy<Value = Vec<Capability>> {
    proptest::collection::vec(some_capability(), 0..4)
}

proptest! {
    #[test]
    fn exactly_the_intersection_is_allowed(
        declared in some_list(), granted in some_list(), own in proptest::option::of(proptest::sample::select(&model::NAMESPACES[..]))
    ) {
        let (declares, grants, inside) = (model::allowed(&declared, own), model::allowed(&granted, own), model::inside(own));
        let rights = rights(declared, granted, own);
        for (at, request) in model::world().iter().enumerate() {
            let expected = match (declares.contains(&at), grants.contains(&at), inside.contains(&at)) {
                (false, _, _) => Err(Layer::Declaration),
                (true, false, _) => Err(Layer::Grant),
                (true, true, false) => Err(Layer::Boundary),
                (true, true, true) => Ok(()),
            };
            prop_assert_eq!(rights.decide(request).map_err(|it| it.layer), expected, "{}", request);
        }
    }

    #[test]
    fn what_is_covered_is_allowed_everywhere(
        declared in some_list(), asked in some_list(), own in proptest::sample::select(&model::NAMESPACES[..])
    ) {
        if covers(&declared, &asked).is_ok() {
            prop_assert!(model::allowed(&asked, Some(own)).is_subset(&model::allowed(&declared, Some(own))));
        }
    }
}
