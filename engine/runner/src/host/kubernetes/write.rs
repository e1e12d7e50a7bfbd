//! Calls that change the cluster. The log knows of an object before the cluster does.

use serde_json::Value;
use shipslog_cluster as cluster;
use shipslog_cluster::Patch;
use shipslog_rights::{Verb, needs};

use super::object::Located;
use super::stop::{Stop, answered, authorize, invalid};
use super::{convert, field_policy, manifest, object, secret_data};
use crate::bindings::shipslog::step::kubernetes::{Applied, ApplyOptions, DeleteOptions, PatchKind};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::journal::Precondition;
use crate::run::Run;

pub(super) async fn apply(run: &Run, object: &str, options: &ApplyOptions) -> Result<Applied, Stop> {
    let (mut manifest, located) = manifest::read(run, object).await?;
    authorize(run, &needs::apply(&located, options.force)).await?;
    secret_data::fill(run, &mut manifest, located.is_secret()).await?;
    let guard = given(options.uid.as_ref(), options.resource_version.as_ref());
    run.intends(&located.object, guard.as_ref()).await?;
    let (manager, options) = (
        run.assignment.situation.field_manager(),
        convert::apply_options(options, run.unanswered().is_some()),
    );
    run.client_takes_over();
    let applied = answered(
        run,
        located.need(Verb::Apply),
        run.assignment.cluster.apply(&manifest, &manager, &options).await,
    )
    .await?;
    let object = for_guest(run, &located, applied.object).await?;
    Ok(Applied {
        object,
        generation: applied.generation,
        changed: applied.changed,
    })
}

/// How often a patch without a precondition of its own is tried on an object that changes meanwhile.
const TRIES: u32 = 5;

pub(super) async fn patch(
    run: &Run,
    object: &ObjectReference,
    kind: PatchKind,
    patch: &str,
    precondition: &Precondition,
) -> Result<String, Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::patch(&located)).await?;
    let mut body: Value = serde_json::from_str(patch)
        .map_err(|error| invalid("", format!("the patch is not JSON: {error}")))?;
    field_policy::of_patch(&body, kind, located.is_secret())?;
    secret_data::fill_patch(run, &mut body, kind, located.is_secret()).await?;
    let given = *precondition != Precondition::default();
    let mut tries = 1;
    let patched = loop {
        let guard = match run.unanswered() {
            Some(recorded) => recorded,
            None if given => precondition.clone(),
            None => guard_of(run, &located, Verb::Patch).await?,
        };
        run.intends(&located.object, Some(&guard)).await?;
        let sent = send_patch(run, &located, kind, &body, &guard).await;
        match sent {
            Err(cluster::Error::Changed) if !given && tries < TRIES => tries += 1,
            sent => break sent,
        }
        run.was_refused();
    };
    let patched = answered(run, located.need(Verb::Patch), patched).await?;
    for_guest(run, &located, patched).await
}

async fn send_patch(
    run: &Run,
    located: &Located,
    kind: PatchKind,
    body: &Value,
    guard: &Precondition,
) -> Result<Value, cluster::Error> {
    let precondition = cluster::Precondition {
        uid: guard.uid.clone(),
        resource_version: guard.resource_version.clone(),
        unanswered: run.unanswered().is_some(),
    };
    let patch = Patch {
        kind: convert::patch_kind(kind),
        body,
        precondition: &precondition,
    };
    let manager = run.assignment.situation.field_manager();
    run.client_takes_over();
    run.assignment
        .cluster
        .patch(&located.object, &manager, patch)
        .await
}

pub(super) async fn delete(run: &Run, object: &ObjectReference, options: &DeleteOptions) -> Result<(), Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::delete(&located)).await?;
    let mut options = convert::delete_options(options, run.unanswered().is_some());
    let guard = match given(options.uid.as_ref(), options.resource_version.as_ref()) {
        // By its UID alone it may be deleted again and again.
        Some(by_uid) if by_uid.resource_version.is_none() => None,
        Some(given) => Some(given),
        None => {
            options.uid = uid_to_delete(run, &located).await?;
            options.uid.clone().map(|uid| Precondition {
                uid: Some(uid),
                resource_version: None,
            })
        }
    };
    run.deletes(&located.object, guard.as_ref()).await?;
    if options.uid.is_some() || options.resource_version.is_some() {
        run.client_takes_over();
        let deleted = run.assignment.cluster.delete(&located.object, &options).await;
        answered(run, located.need(Verb::Delete), deleted).await?;
    }
    look_for_end(run, &located.object).await
}

/// Which one is meant by a delete that does not say; nothing where there is none.
async fn uid_to_delete(run: &Run, located: &Located) -> Result<Option<String>, Stop> {
    if let Some(recorded) = run.unanswered() {
        return Ok(recorded.uid);
    }
    match run.assignment.cluster.get(&located.object).await {
        Err(cluster::Error::NotFound) => Ok(None),
        found => Ok(guard(&answered(run, located.need(Verb::Delete), found).await?).uid),
    }
}

/// The precondition that a write without one gets: the object is still as it is now.
async fn guard_of(run: &Run, located: &Located, verb: Verb) -> Result<Precondition, Stop> {
    let found = run.assignment.cluster.get(&located.object).await;
    Ok(guard(&answered(run, located.need(verb), found).await?))
}

fn guard(object: &Value) -> Precondition {
    let text = |field: &str| object["metadata"][field].as_str().map(str::to_owned);
    Precondition {
        uid: text("uid"),
        resource_version: text("resourceVersion"),
    }
}

/// What the step itself asks for.
fn given(uid: Option<&String>, resource_version: Option<&String>) -> Option<Precondition> {
    (uid.is_some() || resource_version.is_some()).then(|| Precondition {
        uid: uid.cloned(),
        resource_version: resource_version.cloned(),
    })
}

/// Whether what the step deleted is gone by now. Another object of that name is one that the inventory keeps.
pub(super) async fn look_for_end(run: &Run, object: &cluster::ObjectReference) -> Result<(), Stop> {
    if run.objects.awaits_end_of(object)
        && run.assignment.cluster.get(object).await == Err(cluster::Error::NotFound)
    {
        run.not_found(object).await?;
    }
    Ok(())
}

async fn for_guest(run: &Run, located: &Located, mut object: Value) -> Result<String, Stop> {
    if located.is_secret() {
        secret_data::seal(run, &mut object, located.object.namespace.as_deref()).await?;
    }
    Ok(convert::json(&object)?)
}
