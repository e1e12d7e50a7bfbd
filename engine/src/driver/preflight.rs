//! Before the first write: whether the target's boundary and the account allow all that the step needs.

use std::collections::BTreeSet;

use shipslog_cluster as cluster;
use shipslog_cluster::{Cluster, Right};
use shipslog_domain::capability::{Boundary, Capability, Denial, Need, Verb, covers};
use shipslog_domain::freeze::{Address, Impossible};
use shipslog_events::event::deployment::Layer;

/// What the step needs and may not do, and who says so: each rule is a denial of its own.
#[derive(Debug)]
pub(super) struct Denied {
    pub(super) layer: Layer,
    pub(super) rules: BTreeSet<String>,
    pub(super) impossible: Impossible,
}

/// Asks the API server about everything that the step needs, before its first write, and names all that is missing.
pub(super) async fn preflight(
    cluster: &Cluster,
    asked: &[Capability],
    address: &Address,
) -> Result<Option<Denied>, Impossible> {
    let rights: Vec<Right> = asked.iter().flat_map(rights_of).collect();
    let missing = cluster.preflight(&rights).await;
    let missing = missing.map_err(|it| unreached(address, &it))?;
    Ok((!missing.is_empty()).then(|| Denied {
        layer: Layer::Cluster,
        rules: missing.iter().cloned().collect(),
        impossible: Impossible::RightsMissing {
            account: address.account.clone(),
            missing,
        },
    }))
}

/// What it means that a cluster did not answer, or not as clusters do.
pub(super) fn unreached(address: &Address, error: &cluster::Error) -> Impossible {
    let sentence = format!("{}: {error}", address.url);
    match error {
        cluster::Error::Unavailable(_) | cluster::Error::Throttled(_) | cluster::Error::TimedOut => {
            Impossible::ClusterAway(sentence)
        }
        _ => Impossible::ClusterUnusable(sentence),
    }
}

/// Holds what the step needs against what the project grants, before anybody outside is asked.
pub(super) fn beyond_grant(grant: &[Capability], asked: &[Capability]) -> Option<Denied> {
    let beyond = covers(grant, asked).err()?;
    Some(Denied {
        layer: Layer::Grant,
        rules: beyond.iter().map(ToString::to_string).collect(),
        impossible: Impossible::NotGranted(beyond),
    })
}

/// Holds what the step needs against the target's boundary, before anybody outside is asked.
pub(super) fn beyond_boundary(boundary: &Boundary, asked: &[Capability]) -> Option<Denied> {
    let denials = asked.iter().flat_map(|it| outside(boundary, it));
    let rules: BTreeSet<String> = denials.map(|it| it.rule).collect();
    (!rules.is_empty()).then(|| Denied {
        layer: Layer::Boundary,
        impossible: Impossible::OutsideBoundary(rules.iter().cloned().collect()),
        rules,
    })
}

/// What a capability asks for outside the boundary, as far as the namespaces that it names show. Whether a kind belongs
/// to no namespace only the cluster knows: that is seen at each call.
fn outside(boundary: &Boundary, capability: &Capability) -> Vec<Denial> {
    let Some(namespace) = &capability.namespace else {
        return Vec::new();
    };
    let denial = |verb: &Verb| {
        let need = Need {
            verb: *verb,
            group: capability.group.clone(),
            kind: capability.kind.clone(),
            namespace: Some(namespace.clone()),
            name: Some(capability.name.clone()),
            cluster_scoped: false,
        };
        boundary.decide(&need).err()
    };
    capability.verbs.iter().filter_map(denial).collect()
}

/// A capability as the API server's rules have it.
fn rights_of(capability: &Capability) -> Vec<Right> {
    let right = |verb: &str, subresource: &str| Right {
        verb: verb.to_owned(),
        group: capability.group.clone(),
        kind: capability.kind.clone(),
        subresource: subresource.to_owned(),
        namespace: capability.namespace.clone(),
        name: (!capability.name.contains('*') && verb != "create").then(|| capability.name.clone()),
    };
    let at_the_server = capability.verbs.iter().flat_map(|it| it.at_the_server());
    at_the_server
        .map(|(verb, subresource)| right(verb, subresource))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability(namespace: Option<&str>) -> Capability {
        Capability {
            verbs: [Verb::Get, Verb::Apply].into(),
            group: String::new(),
            kind: "ConfigMap".into(),
            name: "trespass".into(),
            namespace: namespace.map(Into::into),
        }
    }

    fn boundary() -> Boundary {
        Boundary {
            namespace: Some("httpd-development".into()),
        }
    }

    #[test]
    fn another_namespace_is_outside_with_each_verb() {
        let denials = outside(&boundary(), &capability(Some("httpd-production")));
        assert_eq!(denials.len(), 2);
        assert!(denials.iter().all(|it| it.layer == Layer::Boundary));
    }

    #[test]
    fn the_target_s_own_namespace_is_inside_named_or_not() {
        assert_eq!(outside(&boundary(), &capability(Some("httpd-development"))), []);
        assert_eq!(outside(&boundary(), &capability(None)), []);
    }

    #[test]
    fn what_is_not_granted_is_denied_each_by_its_own_rule() {
        let mut narrow = capability(None);
        narrow.verbs = [Verb::Get].into();
        assert!(beyond_grant(&[capability(None)], &[narrow.clone()]).is_none());
        let denied = beyond_grant(&[narrow], &[capability(None)]).unwrap();
        assert_eq!(denied.rules, ["apply on ConfigMap trespass".to_owned()].into());
        let said = denied.impossible.to_string();
        assert!(said.ends_with("apply on ConfigMap trespass"), "{said}");
    }
}
