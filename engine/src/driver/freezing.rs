//! Reads what a run is frozen from, and lets the domain freeze it.

use std::collections::BTreeMap;

use shipslog_domain::deployment::Deployment;
use shipslog_domain::document::{Document, Key};
use shipslog_domain::freeze::{Frozen, Impossible, Sources, first_address, freeze};
use shipslog_domain::inputs::Snapshot;
use shipslog_domain::objects::Objects;
use shipslog_domain::release::Release;
use shipslog_events::ids::{AttemptId, ClusterId, ComponentDigest};
use shipslog_log::EventReader;
use shipslog_runner::CheckRefusal;

use super::object_records::address_mark;
use super::preflight::unreached;
use super::tools::Tools;
use crate::load::{self, DeploymentHistory};

/// What a run is given, or why it cannot begin.
pub(super) async fn frozen(
    tools: &Tools,
    history: &DeploymentHistory,
    id: &AttemptId,
    component: &ComponentDigest,
) -> Result<Frozen, Impossible> {
    let (log, deployment) = (&*tools.store.events, &history.deployment);
    let (release, snapshot) = released(log, deployment).await?;
    let component = tools.component(component)?;
    let runner = &tools.steps.runner;
    let description = runner
        .describe(&component)
        .await
        .map_err(|error| Impossible::ComponentErrored(error.to_string()))?;
    let configuration = tools.configurations.load().await.map_err(Impossible::failed)?;
    let documents = &configuration.state.documents;
    let objects = load::objects(log, &deployment.lane)
        .await
        .map_err(Impossible::failed)?
        .state
        .objects;
    let cluster = led_to(tools, documents, deployment, id, &objects).await?;
    let mut frozen = freeze(
        id,
        &Sources {
            instance: log.instance(),
            deployment,
            request: history.request(),
            release: &release,
            snapshot: &snapshot,
            documents,
            objects: &objects,
            cluster: cluster.as_ref(),
            schema: &description.inputs,
        },
    )?;
    match runner.check(&component, &frozen.inputs).await {
        Ok(needs) => {
            frozen.given.asked = Some(needs.capabilities);
            frozen.given.time_limit_seconds = needs.time_limit_seconds;
        }
        // How long the run may take, it alone can say.
        Err(CheckRefusal::Errored(why)) => return Err(Impossible::ComponentErrored(why.to_string())),
        // What is wrong is said when the run begins.
        Err(CheckRefusal::Inputs(_) | CheckRefusal::BeyondDescription(_)) => {}
    }
    Ok(frozen)
}

/// The cluster that a target leads to, asked of it only where something may stand there.
async fn led_to(
    tools: &Tools,
    documents: &BTreeMap<Key, Document>,
    deployment: &Deployment,
    id: &AttemptId,
    objects: &Objects,
) -> Result<Option<ClusterId>, Impossible> {
    let mut earlier = objects.of_earlier(&id.step, &id.target, deployment.id);
    if earlier.next().is_none() {
        return Ok(None);
    }
    let (address, namespace) = first_address(documents, deployment, id)?;
    let cluster = tools.clusters.reach(&address).await?.in_namespace(namespace);
    let mut marks = cluster.marks().await.map_err(|it| unreached(&address, &it))?;
    marks.push(address_mark(&address));
    Ok(Some(objects.recognise(&marks)))
}

/// The release, and what it froze besides its facts.
async fn released(log: &dyn EventReader, deployment: &Deployment) -> Result<(Release, Snapshot), Impossible> {
    let erased = || Impossible::ReleaseErased(deployment.release.clone());
    let released = load::released(log, &deployment.project, &deployment.release)
        .await
        .map_err(Impossible::failed)?;
    let Some((release, Some(snapshot))) = released else {
        return Err(erased());
    };
    let snapshot = serde_json::from_value(snapshot).map_err(Impossible::failed)?;
    Ok((release, snapshot))
}
