//! What can be wrong with inputs that have the right shape.

use shipslog_step::owner::marks;
use shipslog_step::{Cause, names};

use crate::inputs::{Inputs, PolicyRule};

/// Everything that is wrong.
pub fn problems(inputs: &Inputs) -> Vec<Cause> {
    let mut problems = Vec::new();
    if !names::is_label(&inputs.namespace) {
        problems.push(Cause::new(
            "namespace",
            format!("is no name of a namespace: {LABEL}"),
        ));
    }
    if !names::is_subdomain(&inputs.derived("binding")) {
        problems.push(Cause::new(
            "serviceAccount",
            format!("is no name of a service account: {SUBDOMAIN}"),
        ));
    }
    if inputs
        .role
        .name
        .as_ref()
        .is_some_and(|it| !names::is_subdomain(it))
    {
        problems.push(Cause::new(
            "role.name",
            format!("is no name of a role: {SUBDOMAIN}"),
        ));
    }
    for (index, rule) in inputs.role.rules.iter().flatten().enumerate() {
        problems.extend(rule_problems(rule, &format!("role.rules[{index}]")));
    }
    if inputs.limit_range.as_ref().is_some_and(|it| it.limits.is_empty()) {
        problems.push(Cause::new(
            "limitRange.limits",
            "holds no limit; leave `limitRange` out",
        ));
    }
    problems.extend(
        inputs
            .labels
            .iter()
            .filter_map(|(key, value)| label_problem(key, value)),
    );
    problems
}

const LABEL: &str = "at most 63 small letters, digits and `-`, with a letter or digit at both ends";
const SUBDOMAIN: &str = "at most 245 small letters, digits, `-` and `.`, with a letter or digit at both ends";

fn rule_problems(rule: &PolicyRule, path: &str) -> Vec<Cause> {
    let lists = [
        ("apiGroups", &rule.api_groups),
        ("resources", &rule.resources),
        ("verbs", &rule.verbs),
    ];
    let empty = lists.into_iter().filter(|(_, list)| list.is_empty());
    empty
        .map(|(name, _)| Cause::new(format!("{path}.{name}"), "must hold at least one"))
        .collect()
}

fn label_problem(key: &str, value: &str) -> Option<Cause> {
    let path = format!("labels.{key}");
    if key.starts_with(marks::PREFIX) {
        return Some(Cause::new(path, "is set by Shipslog; leave it out"));
    }
    if !names::is_label_key(key) {
        return Some(Cause::new(path, "is no key of a label"));
    }
    (!names::is_label_value(value)).then(|| Cause::new(path, "has a value that no label can have"))
}
