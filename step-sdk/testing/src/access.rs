//! What the account may do, by the API server's own rules.

use shipslog_rights::needs::Subject;
use shipslog_rights::{Need, Objects, Verb};

use crate::{ObjectReference, Refusal, Selection, is_cluster_scoped};

/// One rule of the account's: verbs on objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What the account may do to them.
    pub verbs: Vec<Verb>,
    /// Empty for the core group, `*` for any.
    pub group: String,
    /// As in `kind:`, `*` for any.
    pub kind: String,
    /// A name in which `*` stands for any text.
    pub name: String,
    /// Nothing means the cluster's own namespace, `*` any.
    pub namespace: Option<String>,
}

impl Allowed {
    /// Verbs on all objects of a kind in the cluster's own namespace.
    pub fn new(verbs: &[Verb], group: &str, kind: &str) -> Self {
        Self {
            verbs: verbs.to_vec(),
            group: group.to_owned(),
            kind: kind.to_owned(),
            name: "*".to_owned(),
            namespace: None,
        }
    }

    fn holds(&self, need: &Need, own: Option<&str>) -> bool {
        let objects = Objects {
            group: &self.group,
            kind: &self.kind,
            name: &self.name,
            namespace: self.namespace.as_deref(),
        };
        objects.hold(need, own)
    }
}

/// All of the account's rules; without any it may do everything.
#[derive(Debug, Default)]
pub(crate) struct Access(Option<Vec<Allowed>>);

impl Access {
    pub(crate) fn only(rules: Vec<Allowed>) -> Self {
        Self(Some(rules))
    }

    /// The first need that no rule meets is told. What only Shipslog has rules for, the API server does not ask about.
    pub(crate) fn check(&self, needs: Vec<Need>, own: Option<&str>) -> Result<(), Refusal> {
        let Some(rules) = &self.0 else { return Ok(()) };
        let asked = needs.into_iter().filter(|it| !it.verb.at_the_server().is_empty());
        for need in asked.map(|it| it.located(own)) {
            if !rules
                .iter()
                .any(|it| it.verbs.contains(&need.verb) && it.holds(&need, own))
            {
                return Err(Refusal::Forbidden(format!("the account may not {need}")));
            }
        }
        Ok(())
    }

    /// Whether a rule has this verb of the API server's on the object.
    pub(crate) fn can(
        &self,
        verb: &str,
        subresource: &str,
        object: &ObjectReference,
        own: Option<&str>,
    ) -> bool {
        let Some(rules) = &self.0 else { return true };
        let asked = (verb, subresource);
        rules.iter().any(|rule| {
            let of_rule = rule.verbs.iter().filter(|it| it.at_the_server().contains(&asked));
            of_rule
                .map(|it| Subject::from(object).need(*it).located(own))
                .any(|need| rule.holds(&need, own))
        })
    }
}

impl<'a> From<&'a ObjectReference> for Subject<'a> {
    fn from(object: &'a ObjectReference) -> Self {
        Self {
            group: &object.group,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: (!object.name.is_empty()).then_some(object.name.as_str()),
            cluster_scoped: is_cluster_scoped(&object.kind),
        }
    }
}

impl<'a> From<&'a Selection> for Subject<'a> {
    fn from(selection: &'a Selection) -> Self {
        Self {
            group: &selection.group,
            kind: &selection.kind,
            namespace: selection.namespace.as_deref(),
            name: None,
            cluster_scoped: is_cluster_scoped(&selection.kind),
        }
    }
}
