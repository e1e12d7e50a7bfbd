//! The effective right of an attempt: declaration, then grant, then boundary. The API server has its own word after.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Layer;

use super::{Capability, Need, Verb};

/// What the target allows, whatever was granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Boundary {
    /// The only namespace, and then no cluster-scoped kinds. Nothing: the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What one attempt may do, short of what the API server says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// The widest that the component says it can need.
    pub declared: Vec<Capability>,
    /// What the project gave.
    pub granted: Vec<Capability>,
    /// What the target allows.
    pub boundary: Boundary,
}

/// A refusal before anything was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{rule}")]
pub struct Denial {
    /// Who said no.
    pub layer: Layer,
    /// What was asked and what would allow it, as a sentence.
    pub rule: String,
}

/// Kinds without a namespace that a step of a namespaced target may read all the same.
const READABLE: [(&str, &str); 2] = [
    ("networking.k8s.io", "IngressClass"),
    ("storage.k8s.io", "StorageClass"),
];

impl Rights {
    /// Whether it may be done; the first layer that says no is named.
    pub fn decide(&self, need: &Need) -> Result<(), Denial> {
        let own = self.boundary.namespace.as_deref();
        if !self.declared.iter().any(|it| it.allows(need, own)) {
            return Err(denial(
                Layer::Declaration,
                format!(
                    "the step's component does not declare {need}; a component whose description lists it could"
                ),
            ));
        }
        if !self.granted.iter().any(|it| it.allows(need, own)) {
            return Err(denial(
                Layer::Grant,
                format!("the project did not grant {need}; add it to the step's grant in the project"),
            ));
        }
        self.boundary.decide(need)
    }
}

impl Boundary {
    /// Whether it stays inside the target.
    pub fn decide(&self, need: &Need) -> Result<(), Denial> {
        let Some(own) = &self.namespace else {
            return whole_cluster(need);
        };
        match &need.namespace {
            _ if need.cluster_scoped && self.may_read(need) => Ok(()),
            _ if need.cluster_scoped => Err(denial(
                Layer::Boundary,
                format!(
                    "{need} is outside the target, which has the namespace {own} only; a target without a namespace could"
                ),
            )),
            Some(namespace) if namespace == own => Ok(()),
            Some(namespace) => Err(denial(
                Layer::Boundary,
                format!(
                    "{need} is outside the target, which has the namespace {own} only; a target for the namespace {namespace} could"
                ),
            )),
            None => Err(denial(
                Layer::Boundary,
                format!(
                    "{need} spans all namespaces, the target has the namespace {own} only; name that one"
                ),
            )),
        }
    }

    /// The target's own Namespace object, and the classes that objects name.
    fn may_read(&self, need: &Need) -> bool {
        let kind = (need.group.as_str(), need.kind.as_str());
        match need.verb {
            Verb::Get | Verb::List | Verb::Watch => {
                READABLE.contains(&kind) || (kind == ("", "Namespace") && need.name == self.namespace)
            }
            Verb::Apply | Verb::Patch | Verb::Delete | Verb::Logs | Verb::Force | Verb::RevealSecrets => {
                false
            }
        }
    }
}

/// Whether everything that `asked` allows, `declared` allows too; the answer is what is too much.
pub fn covers(declared: &[Capability], asked: &[Capability]) -> Result<(), Vec<Capability>> {
    let beyond: Vec<Capability> = asked.iter().filter_map(|it| beyond(declared, it)).collect();
    if beyond.is_empty() { Ok(()) } else { Err(beyond) }
}

/// A sentence about what a step needs and its project does not grant.
pub fn not_granted(beyond: &[Capability]) -> String {
    let beyond: Vec<String> = beyond.iter().map(ToString::to_string).collect();
    format!(
        "the step needs more than the project grants; add this to it, or leave `grant` out: {}",
        beyond.join("; ")
    )
}

/// The part of `asked` that no single declared capability allows, verb by verb.
fn beyond(declared: &[Capability], asked: &Capability) -> Option<Capability> {
    let verbs: BTreeSet<Verb> = asked
        .verbs
        .iter()
        .copied()
        .filter(|verb| !declared.iter().any(|it| it.includes(*verb, asked)))
        .collect();
    (!verbs.is_empty()).then(|| Capability {
        verbs,
        ..asked.clone()
    })
}

fn whole_cluster(need: &Need) -> Result<(), Denial> {
    if need.cluster_scoped || need.namespace.is_some() {
        return Ok(());
    }
    Err(denial(
        Layer::Boundary,
        format!("{need} names no namespace, and the target has none of its own; name one in the object"),
    ))
}

fn denial(layer: Layer, rule: String) -> Denial {
    Denial { layer, rule }
}

#[cfg(test)]
mod tests;
