//! The effective right of an attempt: declaration, then grant, then boundary. The API server has its own word after.

use serde::{Deserialize, Serialize};
use shipslog_events::event::deployment::Layer;

use super::{Capability, Verb, pattern};

/// One thing that a step wants to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// What.
    pub verb: Verb,
    /// Empty for the core group.
    pub group: String,
    /// As in `kind:`.
    pub kind: String,
    /// Where; nothing for cluster-scoped kinds, and for a namespaced object that names none.
    pub namespace: Option<String>,
    /// Which; nothing for all of the kind there. May be a pattern, and then stands for all that fit it.
    pub name: Option<String>,
    /// Whether objects of the kind belong to no namespace.
    pub cluster_scoped: bool,
}

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
    /// Whether the request may be sent; the first layer that says no is named.
    pub fn decide(&self, request: &Request) -> Result<(), Denial> {
        let own = self.boundary.namespace.as_deref();
        if !self.declared.iter().any(|it| allows(it, request, own)) {
            return Err(denial(
                Layer::Declaration,
                format!(
                    "the step's component does not declare {request}; a component whose description lists it could"
                ),
            ));
        }
        if !self.granted.iter().any(|it| allows(it, request, own)) {
            return Err(denial(
                Layer::Grant,
                format!("the project did not grant {request}; add it to the step's grant in the project"),
            ));
        }
        self.boundary.decide(request)
    }
}

impl Boundary {
    /// Whether the request stays inside the target.
    pub fn decide(&self, request: &Request) -> Result<(), Denial> {
        let Some(own) = &self.namespace else {
            return whole_cluster(request);
        };
        match &request.namespace {
            _ if request.cluster_scoped && self.may_read(request) => Ok(()),
            _ if request.cluster_scoped => Err(denial(
                Layer::Boundary,
                format!(
                    "{request} is outside the target, which has the namespace {own} only; a target without a namespace could"
                ),
            )),
            Some(namespace) if namespace == own => Ok(()),
            Some(namespace) => Err(denial(
                Layer::Boundary,
                format!(
                    "{request} is outside the target, which has the namespace {own} only; a target for the namespace {namespace} could"
                ),
            )),
            None => Err(denial(
                Layer::Boundary,
                format!(
                    "{request} spans all namespaces, the target has the namespace {own} only; name that one"
                ),
            )),
        }
    }

    /// The target's own Namespace object, and the classes that objects name.
    fn may_read(&self, request: &Request) -> bool {
        let kind = (request.group.as_str(), request.kind.as_str());
        match request.verb {
            Verb::Get | Verb::List | Verb::Watch => {
                READABLE.contains(&kind) || (kind == ("", "Namespace") && request.name == self.namespace)
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
    let verbs: std::collections::BTreeSet<Verb> = asked
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

fn whole_cluster(request: &Request) -> Result<(), Denial> {
    if request.cluster_scoped || request.namespace.is_some() {
        return Ok(());
    }
    Err(denial(
        Layer::Boundary,
        format!("{request} names no namespace, and the target has none of its own; name one in the object"),
    ))
}

fn allows(capability: &Capability, request: &Request, own: Option<&str>) -> bool {
    capability.speaks_of(request.verb, &request.group, &request.kind)
        && pattern::matches(&capability.name, request.name.as_deref().unwrap_or(pattern::ANY))
        && match (&capability.namespace, &request.namespace) {
            (None, _) if request.cluster_scoped => true,
            (None, namespace) => namespace.as_deref() == own,
            (Some(pattern), Some(namespace)) if !request.cluster_scoped => {
                pattern::matches(pattern, namespace)
            }
            (Some(pattern), _) => pattern::matches(pattern, pattern::ANY),
        }
}

fn denial(layer: Layer, rule: String) -> Denial {
    Denial { layer, rule }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on ", self.verb)?;
        match &self.name {
            Some(name) => write!(f, "{} {name}", self.kind)?,
            None => write!(f, "every {}", self.kind)?,
        }
        if !self.group.is_empty() {
            write!(f, " ({})", self.group)?;
        }
        self.namespace
            .as_ref()
            .map_or(Ok(()), |it| write!(f, " in the namespace {it}"))
    }
}

#[cfg(test)]
mod tests;
