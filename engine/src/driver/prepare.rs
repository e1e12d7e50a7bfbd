//! What a run is given, frozen before its first attempt: a later attempt gets the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shipslog_domain::capability::Capability;
use shipslog_domain::deployment::Deployment;
use shipslog_domain::document::{Document, Target};
use shipslog_domain::inputs::{Place, Snapshot};
use shipslog_domain::release::Release;
use shipslog_domain::schema::Problem;
use shipslog_domain::slug::slug;
use shipslog_events::event::configuration::Kind;
use shipslog_events::event::deployment::{AttemptId, AttemptOutcome, PlannedStep};
use shipslog_events::event::release::SNAPSHOT;
use shipslog_events::ids::{AccountName, RoleName};

use crate::commands::Error;
use crate::engine::Parts;
use crate::load::{self, Configured, DeploymentHistory};

/// Inputs and situation, as the bodies of `attempt-started` hold them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prepared {
    pub(super) inputs: Value,
    pub(super) situation: Frozen,
}

/// Where a run stands. Credentials are not in it: they are opened when the run begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Frozen {
    pub(super) url: String,
    pub(super) certificate: String,
    pub(super) account: AccountName,
    pub(super) namespace: Option<String>,
    pub(super) project_slug: String,
    pub(super) step_slug: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) inventory: Vec<Value>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) grant: Option<Vec<Capability>>,
    /// What `check` of the component asked for; nothing where it did not answer, or was not asked yet.
    #[serde(default)]
    pub(super) asked: Option<Vec<Capability>>,
}

/// Why a run cannot begin.
#[derive(Debug)]
pub(super) struct Impossible {
    pub(super) outcome: AttemptOutcome,
    pub(super) message: String,
}

impl Impossible {
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self {
            outcome: AttemptOutcome::Failed,
            message: message.into(),
        }
    }

    pub(super) fn errored(message: impl Into<String>) -> Self {
        Self {
            outcome: AttemptOutcome::Errored,
            message: message.into(),
        }
    }
}

impl From<Vec<Problem>> for Impossible {
    fn from(problems: Vec<Problem>) -> Self {
        let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Self::failed(format!(
            "the step's inputs cannot be used here: {}",
            sentences.join("; ")
        ))
    }
}

/// Prepares a run, or says why it cannot begin.
pub(super) async fn prepare(
    parts: &Parts,
    history: &DeploymentHistory,
    id: &AttemptId,
) -> Result<Result<Prepared, Impossible>, Error> {
    let deployment = &history.deployment;
    let Some(planned) = deployment.steps.iter().find(|it| it.step.step.name == id.step) else {
        return Ok(Err(Impossible::failed(format!(
            "step {} is not in the plan",
            id.step
        ))));
    };
    let loaded = parts.configuration.load(&*parts.log).await?;
    let Some((target, certificate)) = target_of(&loaded.state, id) else {
        let message = format!(
            "target {} or its certificate is not there any more; apply it again",
            id.target
        );
        return Ok(Err(Impossible::failed(message)));
    };
    let Some((release, snapshot)) = frozen(parts, deployment).await? else {
        let message = format!(
            "what release {} froze was erased; create a new release",
            deployment.release
        );
        return Ok(Err(Impossible::failed(message)));
    };
    let lane = load::lane(&*parts.log, &deployment.lane).await?.state;
    let component = match parts.components.by_digest(&planned.step.component) {
        Ok(component) => component,
        Err(error) => return Ok(Err(Impossible::failed(error.to_string()))),
    };
    let description = match parts.runner.describe(&component).await {
        Ok(description) => description,
        Err(error) => return Ok(Err(Impossible::errored(error.to_string()))),
    };
    let roles: Vec<RoleName> = target.roles.iter().map(|it| it.as_str().into()).collect();
    let place = Place {
        project: &deployment.project,
        release: &deployment.release,
        packages: &release.packages,
        environment: &deployment.environment,
        deployment: Some(deployment.id),
        step: &id.step,
        target: Some(&id.target),
        roles: &roles,
        namespace: target.namespace.as_deref(),
    };
    let resolved = match snapshot.resolve(&description.inputs, &place) {
        Ok(resolved) => resolved,
        Err(problems) => return Ok(Err(problems.into())),
    };
    let inventory = lane.inventory_for(&id.step, &id.target, deployment.id).map(|it| {
        let object = &it.object;
        json!({ "group": object.group, "version": object.version, "kind": object.kind,
            "namespace": object.namespace, "name": object.name, "deployment": it.deployment.to_string() })
    });
    let asked = parts.runner.check(&component, &resolved.inputs).await.ok();
    let situation = Frozen {
        asked,
        url: target.cluster.url.clone(),
        certificate,
        account: target.account.as_str().into(),
        namespace: target.namespace.clone(),
        project_slug: slug(deployment.project.as_str()),
        step_slug: slug(id.step.as_str()),
        labels: labels(parts, deployment, planned),
        annotations: annotations(history, planned),
        inventory: inventory.collect(),
        variables: resolved.variables,
        grant: snapshot.step(&id.step).and_then(|it| it.grant.clone()),
    };
    Ok(Ok(Prepared {
        inputs: resolved.inputs,
        situation,
    }))
}

fn target_of(configured: &Configured, id: &AttemptId) -> Option<(Target, String)> {
    let Document::Target(target) = configured.documents.get(&(Kind::Target, id.target.to_string()))? else {
        return None;
    };
    let key = (Kind::Certificate, target.cluster.certificate.clone());
    let Document::Certificate(certificate) = configured.documents.get(&key)? else {
        return None;
    };
    Some((target.clone(), certificate.pem.clone()))
}

/// The release and its snapshot; nothing where it was erased.
async fn frozen(parts: &Parts, deployment: &Deployment) -> Result<Option<(Release, Snapshot)>, Error> {
    let log = &*parts.log;
    let history = load::releases(log, &slug(deployment.project.as_str()))
        .await?
        .state;
    let (Some(release), Some(event)) = (
        history.releases.find(&deployment.release),
        history.created.get(&deployment.release),
    ) else {
        return Ok(None);
    };
    let Some(value) = load::json_body(log, *event, SNAPSHOT).await? else {
        return Ok(None);
    };
    let snapshot = serde_json::from_value(value).map_err(Error::internal)?;
    Ok(Some((release.clone(), snapshot)))
}

fn labels(parts: &Parts, deployment: &Deployment, planned: &PlannedStep) -> BTreeMap<String, String> {
    let instance = parts.log.instance().simple().to_string();
    [
        ("instance", instance[..12].to_owned()),
        ("project", slug(deployment.project.as_str())),
        ("environment", slug(deployment.environment.as_str())),
        ("step", slug(planned.step.step.name.as_str())),
        ("deployment", deployment.id.to_string()),
        ("release", slug(deployment.release.as_str())),
    ]
    .map(|(name, value)| (format!("shipslog.dev/{name}"), value))
    .into()
}

fn annotations(history: &DeploymentHistory, planned: &PlannedStep) -> BTreeMap<String, String> {
    let deployment = &history.deployment;
    [
        ("project-name", deployment.project.to_string()),
        ("environment-name", deployment.environment.to_string()),
        ("step-name", planned.step.step.name.to_string()),
        ("release-version", deployment.release.to_string()),
        ("deployment-uid", history.request().to_string()),
    ]
    .map(|(name, value)| (format!("shipslog.dev/{name}"), value))
    .into()
}
