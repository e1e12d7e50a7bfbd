//! Before the first write: whether the account may do all that the step needs.

use shipslog_events::event::deployment::Layer;

use super::prepare::Frozen;
use crate::cluster::{self, Cluster, Right};
use crate::commands::Error;
use crate::domain::capability::{Capability, Verb};
use crate::runner::Recorder;

/// Asks the API server about everything that the step needs, before its first write, and names all that is missing.
pub(super) async fn preflight(
    cluster: &Cluster,
    recorder: &dyn Recorder,
    asked: &[Capability],
    situation: &Frozen,
) -> Result<(), Error> {
    let rights: Vec<Right> = asked.iter().flat_map(rights_of).collect();
    let missing = cluster.preflight(&rights).await.map_err(|error| match error {
        cluster::Error::Unavailable(_) | cluster::Error::Throttled(_) | cluster::Error::TimedOut => {
            Error::Outside(format!("{}: {error}", situation.url))
        }
        other => Error::refused("cluster", format!("{}: {other}", situation.url)),
    })?;
    for rule in &missing {
        recorder
            .denied(Layer::Cluster, rule)
            .await
            .map_err(Error::internal)?;
    }
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(Error::refused(
            "rights-missing",
            format!(
                "account {} may not do what the step needs; nothing was written. Missing: {}",
                situation.account,
                missing.join("; ")
            ),
        )),
    }
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
    let of_verb = |verb: &Verb| match verb {
        Verb::Get => vec![right("get", "")],
        Verb::List => vec![right("list", "")],
        Verb::Watch => vec![right("watch", "")],
        Verb::Apply => vec![right("patch", ""), right("create", "")],
        Verb::Patch => vec![right("patch", "")],
        Verb::Delete => vec![right("delete", "")],
        Verb::Logs => vec![right("get", "log")],
        Verb::Force | Verb::RevealSecrets => Vec::new(),
    };
    capability.verbs.iter().flat_map(of_verb).collect()
}
