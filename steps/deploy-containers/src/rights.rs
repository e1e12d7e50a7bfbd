//! Which rights a deployment needs: for given inputs exactly those, and at most for any.

use shipslog_step::kubernetes::{ObjectReference, needs};
use shipslog_step::{Capability, Need};

use crate::inputs::Inputs;
use crate::kinds::{self, Kind, Role};
use crate::names::{ANY_DEPLOYMENT, Names, suffixed};

const ANY: &str = "*";

/// What these inputs need, for whatever deployment comes.
pub fn needed(inputs: &Inputs) -> Vec<Capability> {
    let names = Names::patterns(inputs);
    let workload = Workload {
        own: names.workload().clone(),
        other: of_the_other_strategy(inputs, names.workload()),
        suffixed: inputs.is_blue_green(),
        force: inputs.adopt && !inputs.is_blue_green(),
    };
    let mut needs = workload.needs();
    needs.extend(names.with(Role::Configuration).flat_map(configuration));
    for kind in kinds::with(Role::Traffic) {
        needs.extend(traffic(&kind, names.of(&kind), inputs.adopt));
    }
    Capability::of(needs)
}

/// The widest that any inputs need.
pub fn widest() -> Vec<Capability> {
    let workloads = kinds::with(Role::Workload).flat_map(|it| {
        let any = it.named(ANY);
        let workload = Workload {
            own: any.clone(),
            other: any,
            suffixed: true,
            force: true,
        };
        workload.needs()
    });
    let configurations = kinds::with(Role::Configuration).flat_map(|it| configuration(&it.named(ANY)));
    let traffic = kinds::with(Role::Traffic).flat_map(|it| traffic(&it, Some(&it.named(ANY)), true));
    Capability::of(workloads.chain(configurations).chain(traffic))
}

/// Besides its own workload the step removes those of the other strategy, which has another way of naming them.
fn of_the_other_strategy(inputs: &Inputs, own: &ObjectReference) -> ObjectReference {
    let name = if inputs.is_blue_green() {
        inputs.name.clone()
    } else {
        suffixed(&inputs.name, ANY_DEPLOYMENT)
    };
    ObjectReference { name, ..own.clone() }
}

/// What the flow does with workloads.
struct Workload {
    own: ObjectReference,
    other: ObjectReference,
    /// Each deployment has its own, which a later one removes.
    suffixed: bool,
    force: bool,
}

impl Workload {
    /// Waiting until it is healthy reads ReplicaSets and pods; these also say which ConfigMaps and Secrets are in use.
    fn needs(&self) -> Vec<Need> {
        let mut needs = needs::get(&self.own);
        needs.extend(needs::apply(&self.own, self.force));
        if self.suffixed {
            needs.extend(removal(&self.own));
        }
        needs.extend(removal(&self.other));
        needs.extend(needs::wait_healthy(&self.own));
        needs
    }
}

fn removal(object: &ObjectReference) -> Vec<Need> {
    [
        needs::get(object),
        needs::delete(object),
        needs::wait_gone(object),
    ]
    .concat()
}

fn configuration(object: &ObjectReference) -> Vec<Need> {
    [
        needs::get(object),
        needs::apply(object, false),
        needs::delete(object),
    ]
    .concat()
}

/// Reading is for objects of any name: the step reads those that were in its inputs before, and keeps what they select.
fn traffic(kind: &Kind, object: Option<&ObjectReference>, force: bool) -> Vec<Need> {
    let mut needs = needs::get(&kind.named(ANY));
    if let Some(object) = object {
        needs.extend(needs::apply(object, force));
        if kinds::SERVICE.is_of(object) {
            needs.extend(needs::wait_endpoints(object));
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture;

    /// A line each, as `apps/Deployment httpd: get, list`.
    fn lines(rights: &[Capability]) -> String {
        let line = |it: &Capability| {
            let verbs: Vec<&str> = it.verbs.iter().map(|it| it.name()).collect();
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
    fn the_widest_is_each_kind_once() {
        let expected = "apps/Deployment *: get, list, watch, apply, delete, force
apps/ReplicaSet *: list
/Pod *: list, watch, logs
/Event *: list
/ConfigMap *: get, apply, delete
/Secret *: get, apply, delete
/Service *: get, apply, force
discovery.k8s.io/EndpointSlice *: list, watch
";
        assert_eq!(lines(&widest()), expected);
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
