//! Which object is meant: kind and namespace as the cluster knows them, so that what is decided on is what is sent.

use shipslog_cluster as cluster;
use shipslog_cluster::{Kind, ObjectReference, path};
use shipslog_rights::needs::Subject;
use shipslog_rights::{Need, Verb};
use shipslog_sealing::find_handles;

use super::stop::{Stop, answered, invalid};
use crate::run::Run;

/// The longest label selector and continue token.
const LONGEST_QUERY: usize = 4096;

/// An object and whether its kind has namespaces.
pub(super) struct Located {
    pub(super) object: ObjectReference,
    pub(super) cluster_scoped: bool,
}

impl Located {
    /// Doing this to the object: what a refusal of the cluster is told by.
    pub(super) fn need(&self, verb: Verb) -> Need {
        Subject::from(self).need(verb)
    }

    pub(super) fn is_secret(&self) -> bool {
        shipslog_rights::kind::is_secret(&self.object.group, &self.object.kind)
    }
}

impl<'a> From<&'a Located> for Subject<'a> {
    fn from(located: &'a Located) -> Self {
        Self {
            group: &located.object.group,
            kind: &located.object.kind,
            namespace: located.object.namespace.as_deref(),
            name: Some(&located.object.name),
            cluster_scoped: located.cluster_scoped,
        }
    }
}

/// The kind as the cluster spells it.
pub(super) async fn kind(run: &Run, group: &str, version: &str, kind: &str) -> Result<Kind, Stop> {
    for (path, text) in [("group", group), ("version", version), ("kind", kind)] {
        without_handle(path, text)?;
    }
    word(run, path::type_words(group, version, kind))?;
    let asked = format!("find the kind {kind}");
    answered(
        run,
        asked,
        run.assignment.cluster.kind(group, version, kind).await,
    )
    .await
}

/// The namespace that is meant: the given one or the target's own, none for kinds without.
pub(super) fn namespace(
    run: &Run,
    kind: &Kind,
    given: Option<&str>,
    at: &str,
) -> Result<Option<String>, Stop> {
    match (kind.namespaced, given.filter(|it| !it.is_empty())) {
        (true, Some(given)) => {
            unsuspicious(run, at, given)?;
            word(run, path::namespace(at, given)).map(|()| Some(given.to_owned()))
        }
        (true, None) => Ok(run.assignment.rights.boundary.namespace.clone()),
        (false, Some(_)) => Err(invalid(
            at,
            format!("{} has no namespaces; leave it out", kind.kind),
        )),
        (false, None) => Ok(None),
    }
}

/// The object that a reference means.
pub(super) async fn locate(run: &Run, object: &ObjectReference) -> Result<Located, Stop> {
    let kind = kind(run, &object.group, &object.version, &object.kind).await?;
    let namespace = namespace(run, &kind, object.namespace.as_deref(), "namespace")?;
    if object.name.is_empty() {
        return Err(invalid("name", "is missing"));
    }
    name(run, "name", &object.name)?;
    Ok(Located {
        cluster_scoped: !kind.namespaced,
        object: named(kind, namespace, &object.name),
    })
}

/// A name, and nothing that a path would read otherwise. Refused here, so that the log never hears of it as an object.
pub(super) fn name(run: &Run, at: &str, text: &str) -> Result<(), Stop> {
    unsuspicious(run, at, text)?;
    word(run, path::name(at, text))
}

/// What is kept in the history for ever must not hold what is sensitive.
fn unsuspicious(run: &Run, at: &str, text: &str) -> Result<(), Stop> {
    without_handle(at, text)?;
    if run.vault.shows(text) {
        return Err(invalid(
            at,
            "holds a sensitive value, and names are kept in the history for ever",
        ));
    }
    Ok(())
}

/// The client's own rules for words of a path, before anything is decided or recorded.
pub(super) fn word(run: &Run, checked: Result<(), cluster::Error>) -> Result<(), Stop> {
    checked.map_err(|error| super::convert::error(&run.vault, error).into())
}

/// A text of a query: no handle, no control characters, not longer than anybody needs.
pub(super) fn query(at: &str, text: &str) -> Result<(), Stop> {
    without_handle(at, text)?;
    if text.len() > LONGEST_QUERY {
        return Err(invalid(at, format!("is longer than {LONGEST_QUERY} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(at, "holds control characters"));
    }
    Ok(())
}

/// A handle in a name would be sent as it is, and mean nothing.
pub(super) fn without_handle(path: &str, text: &str) -> Result<(), Stop> {
    if find_handles(text).is_empty() {
        Ok(())
    } else {
        Err(invalid(path, super::leaks::LEAK))
    }
}

pub(super) fn named(kind: Kind, namespace: Option<String>, name: &str) -> ObjectReference {
    ObjectReference {
        group: kind.group,
        version: kind.version,
        kind: kind.kind,
        namespace,
        name: name.to_owned(),
    }
}
