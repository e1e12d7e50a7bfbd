//! Which rights a deployment needs: for given inputs exactly those, and at most for any.

use shipslog_step::Verb::{Apply, Delete, Force, Get, List, Logs, Watch};
use shipslog_step::{Capability, Verb};

use crate::inputs::Inputs;
use crate::names::Names;

/// What these inputs need, for whatever deployment comes.
pub fn needed(inputs: &Inputs) -> Vec<Capability> {
    let names = Names::patterns(inputs);
    let mut rights = workload(inputs, &names);
    rights.extend(evidence(&names.workload));
    let configs = [("ConfigMap", &names.config_map), ("Secret", &names.secret)];
    rights.extend(
        configs
            .iter()
            .filter_map(|(kind, name)| Some(core(kind, name.as_deref()?, &[Get, Apply, Delete]))),
    );
    // Of any name: the step reads those that were in its inputs before, and keeps what they select.
    rights.push(core("Service", "*", &[Get]));
    if let Some(name) = &names.service {
        rights.push(core("Service", name, forced(inputs, &[Apply, Force])));
        rights.push(Capability::new(
            [List, Watch],
            "discovery.k8s.io",
            "EndpointSlice",
        ));
    }
    rights
}

/// The widest that any inputs need.
pub fn widest() -> Vec<Capability> {
    vec![
        Capability::new([Get, List, Watch, Apply, Delete, Force], "apps", "Deployment"),
        Capability::new([List], "apps", "ReplicaSet"),
        core("Pod", "*", &[List, Watch, Logs]),
        core("Event", "*", &[List]),
        core("ConfigMap", "*", &[Get, Apply, Delete]),
        core("Secret", "*", &[Get, Apply, Delete]),
        core("Service", "*", &[Get, Apply, Force]),
        Capability::new([List, Watch], "discovery.k8s.io", "EndpointSlice"),
    ]
}

/// Besides its own Deployment the step removes those of the other strategy, which has another way of naming them.
fn workload(inputs: &Inputs, names: &Names) -> Vec<Capability> {
    let suffixed = format!("{}-deployments-*", inputs.name);
    let (own, other) = if inputs.is_blue_green() {
        (&names.workload, &inputs.name)
    } else {
        (&names.workload, &suffixed)
    };
    let verbs: &[Verb] = if inputs.is_blue_green() {
        &[Get, List, Watch, Apply, Delete]
    } else {
        forced(inputs, &[Get, List, Watch, Apply, Force])
    };
    let deployment =
        |name: &str, verbs: &[Verb]| Capability::new(verbs.iter().copied(), "apps", "Deployment").named(name);
    vec![
        deployment(own, verbs),
        deployment(other, &[Get, List, Watch, Delete]),
    ]
}

/// What health is judged by, and what says why it is not there. ReplicaSets and pods also say which ConfigMaps and
/// Secrets are still in use.
fn evidence(workload: &str) -> Vec<Capability> {
    vec![
        Capability::new([List], "apps", "ReplicaSet"),
        core("Pod", "*", &[List, Watch]),
        core("Pod", &pods(workload), &[Logs]),
        core("Event", "*", &[List]),
    ]
}

/// The cluster names pods after their workload.
fn pods(workload: &str) -> String {
    if workload.ends_with('*') {
        workload.to_owned()
    } else {
        format!("{workload}-*")
    }
}

/// Without `adopt` the last verb, taking fields from others, is not needed.
fn forced<'a>(inputs: &Inputs, verbs: &'a [Verb]) -> &'a [Verb] {
    if inputs.adopt {
        verbs
    } else {
        &verbs[..verbs.len() - 1]
    }
}

fn core(kind: &str, name: &str, verbs: &[Verb]) -> Capability {
    Capability::new(verbs.iter().copied(), "", kind).named(name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture;

    /// A line each, as `apps/Deployment httpd: get, list`.
    fn lines(rights: &[Capability]) -> String {
        let line = |it: &Capability| {
            let verbs: Vec<String> = it
                .verbs
                .iter()
                .map(|it| format!("{it:?}").to_lowercase())
                .collect();
            format!("{}/{} {}: {}\n", it.group, it.kind, it.name, verbs.join(", "))
        };
        rights.iter().map(line).collect()
    }

    fn of(changes: &[(&str, Value)]) -> String {
        lines(&needed(&fixture::httpd_with(changes)))
    }

    #[test]
    fn blue_green_with_config_map_and_service() {
        insta::assert_snapshot!(of(&[]));
    }

    #[test]
    fn rolling_with_secret_and_nothing_else() {
        insta::assert_snapshot!(of(&[
            ("/strategy", json!({ "type": "RollingUpdate" })),
            ("/service", Value::Null),
            ("/configMap", Value::Null),
            ("/volumes", json!([])),
            ("/secret", json!({ "name": "credentials" })),
        ]));
    }

    #[test]
    fn taking_over_needs_force_where_names_are_shared() {
        insta::assert_snapshot!(of(&[
            ("/strategy", json!({ "type": "Recreate" })),
            ("/adopt", json!(true)),
            ("/configMap", Value::Null),
            ("/volumes", json!([])),
        ]));
        let blue_green = of(&[("/adopt", json!(true))]);
        assert_eq!(blue_green.matches("force").count(), 1, "{blue_green}");
    }

    #[test]
    fn the_description_covers_whatever_is_needed() {
        for changes in [
            vec![],
            vec![("/adopt", json!(true))],
            vec![("/strategy", json!({ "type": "Recreate" }))],
        ] {
            for asked in needed(&fixture::httpd_with(&changes)) {
                let covered = widest().iter().any(|it| {
                    (&it.group, &it.kind) == (&asked.group, &asked.kind) && it.verbs.is_superset(&asked.verbs)
                });
                assert!(covered, "{asked:?}");
            }
        }
    }
}
