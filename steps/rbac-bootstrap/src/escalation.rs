//! The API server lets nobody give away rights that they do not hold. What it then says is put into words to act on.

use shipslog_step::Failure;
use shipslog_step::kubernetes::{Error, Layer};

/// The error as a failure; a refused escalation lists the missing rules and the remedy.
pub fn explain(error: Error, namespace: &str) -> Failure {
    let denial = error.denial().filter(|it| it.layer == Layer::Cluster);
    match denial.and_then(|it| missing(&it.rule)) {
        Some(rules) => Failure::failed(format!(
            "cannot {}: the API server lets nobody give away rights that they do not hold, and the target's account \
             does not hold these in the namespace {namespace}:\n{}\nGive the account these rights, or let it give away \
             what it does not hold: the verbs `escalate` and `bind` on `roles` of the group `rbac.authorization.k8s.io`",
            error.attempted,
            rules
                .iter()
                .map(|it| format!("  {it}"))
                .collect::<Vec<_>>()
                .join("\n"),
        )),
        None => error.into(),
    }
}

/// The rules that the API server finds missing, if that is what it speaks of.
fn missing(said: &str) -> Option<Vec<String>> {
    let (_, rules) = said.split_once("attempting to grant RBAC permissions not currently held")?;
    let rules: Vec<String> = rules
        .split('{')
        .skip(1)
        .filter_map(|it| rule(it.split_once('}')?.0))
        .collect();
    Some(if rules.is_empty() {
        vec![said.to_owned()]
    } else {
        rules
    })
}

/// `APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]` as `get, list on deployments (apps)`.
fn rule(text: &str) -> Option<String> {
    let verbs = list(text, "Verbs:")?.join(", ");
    let resources = list(text, "Resources:")?.join(", ");
    let groups: Vec<_> = list(text, "APIGroups:").unwrap_or_default();
    let groups: Vec<_> = groups
        .into_iter()
        .map(|it| if it.is_empty() { "core" } else { it })
        .collect();
    let names = match list(text, "ResourceNames:") {
        Some(names) => format!(" named {}", names.join(", ")),
        None => String::new(),
    };
    Some(format!("{verbs} on {resources}{names} ({})", groups.join(", ")))
}

fn list<'a>(text: &'a str, field: &str) -> Option<Vec<&'a str>> {
    let (_, rest) = text.split_once(field)?;
    let (inside, _) = rest.trim_start_matches('[').split_once(']')?;
    // Between quotes: every second part.
    Some(inside.split('"').skip(1).step_by(2).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rules_are_read_from_the_api_servers_words() {
        let said = "roles.rbac.authorization.k8s.io \"deployer-role\" is forbidden: user \"limited\" \
                    (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n\
                    {APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}\n\
                    {APIGroups:[\"apps\"], Resources:[\"deployments\"], ResourceNames:[\"web\"], Verbs:[\"patch\"]}";
        assert_eq!(
            missing(said).unwrap(),
            [
                "get, list on pods (core)",
                "patch on deployments named web (apps)"
            ]
        );
    }

    #[test]
    fn words_in_another_shape_are_passed_on_as_they_are() {
        let said = "x is attempting to grant RBAC permissions not currently held: too many";
        assert_eq!(missing(said).unwrap(), [said]);
        assert_eq!(missing("pods is forbidden"), None);
    }
}
