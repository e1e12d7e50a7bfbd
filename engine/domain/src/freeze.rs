//! What a run is given, frozen before its first attempt: a later attempt gets the same, but for a corrected address.

mod impossible;
mod situation;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shipslog_events::event::configuration::Kind;
use shipslog_events::event::deployment::PlannedTarget;
use shipslog_events::ids::{AccountName, AttemptId, ClusterId, EventId, RoleName, StepName};
use shipslog_rights::marks;
use uuid::Uuid;

use crate::capability::Capability;
use crate::deployment::Deployment;
use crate::document::{Certificate, Document, Key, Target};
use crate::inputs::Snapshot;
use crate::objects::Objects;
use crate::release::Release;
use crate::slug::slug;
use crate::variables::Place;

pub use impossible::Impossible;
pub use situation::Situation;

/// What a run is given: the bodies of `attempt-started`.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// The step's inputs, resolved, with handles where values are sensitive: the body `inputs`.
    pub inputs: Value,
    /// Everything else: the body `situation`.
    pub given: Given,
}

/// What a run is given beside its inputs. Credentials are not in it: they are opened when the run begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// Where it stands.
    pub situation: Situation,
    /// The cluster that it works in.
    pub cluster: Address,
    /// Which cluster that is, where earlier deployments left something for this run to know of: it writes to no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognised: Option<ClusterId>,
    /// The target's own namespace, if it has one.
    pub namespace: Option<String>,
    /// The variables in scope: values, handles where they are sensitive.
    pub variables: BTreeMap<String, String>,
    /// What the project granted, if it said so.
    pub grant: Option<Vec<Capability>>,
    /// What `check` of the component asked for; nothing where it did not answer, or was not asked yet.
    pub asked: Option<Vec<Capability>>,
    /// How long a run may take at the longest, in seconds; nothing as for `asked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_seconds: Option<u64>,
}

impl Given {
    /// How long a run may take at the longest, in seconds.
    pub fn time_limit(&self) -> u64 {
        time_limit(self.time_limit_seconds)
    }
}

/// As long as the inputs ask, within what everybody is granted.
fn time_limit(asked: Option<u64>) -> u64 {
    asked.unwrap_or_default().clamp(SHORTEST_LIMIT, LONGEST_LIMIT)
}

/// Every run is granted half an hour.
pub const SHORTEST_LIMIT: u64 = 30 * 60;
/// None is granted more than a day.
pub const LONGEST_LIMIT: u64 = 24 * 60 * 60;

/// How a cluster is reached, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// Of its API server.
    pub url: String,
    /// PEM of its CA.
    pub certificate: String,
    /// Whose credentials are opened.
    pub account: AccountName,
}

/// What a run is frozen from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The server's own name, which tells its objects from another's.
    pub instance: Uuid,
    /// The deployment that the run is a part of.
    pub deployment: &'a Deployment,
    /// The event that requested it.
    pub request: EventId,
    /// The release that is deployed.
    pub release: &'a Release,
    /// What it froze besides its facts.
    pub snapshot: &'a Snapshot,
    /// Configuration as it is now.
    pub documents: &'a BTreeMap<Key, Document>,
    /// What the lane has in clusters.
    pub objects: &'a Objects,
    /// The cluster that the target leads to; nothing where earlier deployments of the step left nothing anywhere.
    pub cluster: Option<&'a ClusterId>,
    /// The schema of the component's inputs.
    pub schema: &'a Value,
}

/// Freezes what a run is given, but for what its component asks for.
pub fn freeze(id: &AttemptId, from: &Sources<'_>) -> Result<Frozen, Impossible> {
    let deployment = from.deployment;
    let at = target(from.documents, deployment, id)?;
    let place = Place {
        project: Some(deployment.project.clone()),
        release: Some(deployment.release.clone()),
        packages: from.release.packages.clone(),
        environment: Some(deployment.environment.clone()),
        deployment: Some(deployment.id),
        step: Some(id.step.clone()),
        target: Some(id.target.clone()),
        roles: at.planned.roles.iter().cloned().collect(),
        own_roles: own_roles(deployment, &id.step),
        namespace: at.planned.namespace.clone(),
    };
    let resolved = from
        .snapshot
        .resolve(from.schema, &place)
        .map_err(Impossible::Inputs)?;
    let given = Given {
        situation: situation(id, from),
        cluster: at.address(),
        recognised: from.cluster.cloned(),
        namespace: at.planned.namespace.clone(),
        variables: resolved.variables,
        grant: from.snapshot.step(&id.step).and_then(|it| it.grant.clone()),
        asked: None,
        time_limit_seconds: None,
    };
    Ok(Frozen {
        inputs: resolved.inputs,
        given,
    })
}

/// Where an attempt reaches its cluster that follows on another: by what is configured now, so that an address or a CA
/// that was corrected is tried.
pub fn latest_address(
    documents: &BTreeMap<Key, Document>,
    deployment: &Deployment,
    id: &AttemptId,
) -> Result<Address, Impossible> {
    Ok(target(documents, deployment, id)?.address())
}

/// Where the first attempt of a step on a target will reach its cluster.
pub fn first_address(
    documents: &BTreeMap<Key, Document>,
    deployment: &Deployment,
    id: &AttemptId,
) -> Result<(Address, Option<String>), Impossible> {
    let at = target(documents, deployment, id)?;
    Ok((at.address(), at.planned.namespace.clone()))
}

/// A target: as it was planned, and how its cluster is reached by now.
struct At<'a> {
    planned: &'a PlannedTarget,
    latest: &'a Target,
    certificate: &'a Certificate,
}

impl At<'_> {
    fn address(&self) -> Address {
        Address {
            url: self.latest.cluster.url.clone(),
            certificate: self.certificate.pem.clone(),
            account: self.planned.account.clone(),
        }
    }
}

fn own_roles(deployment: &Deployment, step: &StepName) -> BTreeSet<RoleName> {
    let steps = deployment.steps().map(|it| &it.step.step);
    steps
        .filter(|it| it.name == *step)
        .flat_map(|it| it.roles.iter().cloned())
        .collect()
}

/// A target that is another environment's by now is not used: what it leads to may be Production.
fn target<'a>(
    documents: &'a BTreeMap<Key, Document>,
    deployment: &'a Deployment,
    id: &AttemptId,
) -> Result<At<'a>, Impossible> {
    let missing = || Impossible::NoTarget(id.target.clone());
    let Some(Document::Target(target)) = documents.get(&(Kind::Target, id.target.to_string())) else {
        return Err(missing());
    };
    if !target.environments.contains(&deployment.environment.to_string()) {
        return Err(Impossible::TargetMoved {
            target: id.target.clone(),
            environment: deployment.environment.clone(),
        });
    }
    let key = (Kind::Certificate, target.cluster.certificate.clone());
    let Some(Document::Certificate(certificate)) = documents.get(&key) else {
        return Err(missing());
    };
    let planned = deployment.targets.iter().find(|it| it.name == id.target);
    let planned = planned.ok_or_else(missing)?;
    // The credentials of one cluster's account are not sent to another cluster.
    let same_cluster = target.cluster.certificate == planned.certificate.as_str();
    let same_place = target.account == planned.account.as_str() && target.namespace == planned.namespace;
    if !same_cluster && !same_place {
        return Err(Impossible::TargetElsewhere(id.target.clone()));
    }
    Ok(At {
        planned,
        latest: target,
        certificate,
    })
}

fn situation(id: &AttemptId, from: &Sources<'_>) -> Situation {
    let deployment = from.deployment;
    let earlier = from.objects.of_earlier(&id.step, &id.target, deployment.id);
    // What stands in another cluster is not this run's to clear up.
    let here = earlier.filter(|(cluster, _)| from.cluster == Some(*cluster));
    let inventory = here.map(|(_, it)| {
        let object = &it.object;
        json!({ "group": object.group, "version": object.version, "kind": object.kind,
            "namespace": object.namespace, "name": object.name, "deployment": it.deployment.to_string() })
    });
    Situation {
        deployment: deployment.id,
        project: deployment.project.clone(),
        project_slug: slug(deployment.project.as_str()),
        environment: deployment.environment.clone(),
        release: deployment.release.clone(),
        step_slug: slug(id.step.as_str()),
        labels: labels(id, from),
        annotations: annotations(id, from),
        inventory: inventory.collect(),
    }
}

fn labels(id: &AttemptId, from: &Sources<'_>) -> BTreeMap<String, String> {
    let (deployment, instance) = (from.deployment, from.instance.simple().to_string());
    [
        (marks::INSTANCE.to_owned(), instance[..12].to_owned()),
        (marks::PROJECT.to_owned(), slug(deployment.project.as_str())),
        (
            marks::ENVIRONMENT.to_owned(),
            slug(deployment.environment.as_str()),
        ),
        (marks::STEP.to_owned(), slug(id.step.as_str())),
        (marks::DEPLOYMENT.to_owned(), deployment.id.to_string()),
        (marks::RELEASE.to_owned(), slug(deployment.release.as_str())),
    ]
    .into()
}

fn annotations(id: &AttemptId, from: &Sources<'_>) -> BTreeMap<String, String> {
    let deployment = from.deployment;
    [
        (marks::PROJECT_NAME.to_owned(), deployment.project.to_string()),
        (
            marks::ENVIRONMENT_NAME.to_owned(),
            deployment.environment.to_string(),
        ),
        (marks::STEP_NAME.to_owned(), id.step.to_string()),
        (marks::RELEASE_VERSION.to_owned(), deployment.release.to_string()),
        (marks::DEPLOYMENT_UID.to_owned(), from.request.to_string()),
    ]
    .into()
}

#[cfg(test)]
mod tests;
