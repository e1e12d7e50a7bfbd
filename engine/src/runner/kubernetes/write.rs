//! Calls that change the cluster. The log knows of an object before the cluster does.

use serde_json::Value;

use super::super::Patch;
use super::super::bindings::shipslog::step::kubernetes::{Applied, ApplyOptions, DeleteOptions, PatchKind};
use super::super::bindings::shipslog::step::types::ObjectReference;
use super::super::run::Run;
use super::object::Located;
use super::stop::{Stop, answered, authorize, invalid};
use super::{convert, needs, object, secret_data};
use crate::cluster::{self, Precondition};
use crate::domain::capability::Verb;

pub(super) async fn apply(run: &Run, object: &str, options: &ApplyOptions) -> Result<Applied, Stop> {
    let (mut manifest, located) = object::read(run, object).await?;
    authorize(run, &needs::apply(&located, options.force)).await?;
    secret_data::fill(run, &mut manifest, located.is_secret()).await?;
    run.intends(&located.object).await?;
    let (manager, options) = (
        run.attempt.situation.field_manager(),
        convert::apply_options(options),
    );
    let applied = answered(
        run,
        located.request(Verb::Apply),
        run.attempt.cluster.apply(&manifest, &manager, &options).await,
    )
    .await?;
    let object = for_guest(run, &located, applied.object).await?;
    Ok(Applied {
        object,
        generation: applied.generation,
        changed: applied.changed,
    })
}

pub(super) async fn patch(
    run: &Run,
    object: &ObjectReference,
    kind: PatchKind,
    patch: &str,
    precondition: &Precondition,
) -> Result<String, Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &[located.request(Verb::Patch)]).await?;
    let mut body: Value = serde_json::from_str(patch)
        .map_err(|error| invalid("", format!("the patch is not JSON: {error}")))?;
    secret_data::fill_patch(run, &mut body, kind, located.is_secret()).await?;
    run.intends(&located.object).await?;
    let patch = Patch {
        kind: convert::patch_kind(kind),
        body: &body,
        precondition,
    };
    let manager = run.attempt.situation.field_manager();
    let patched = answered(
        run,
        located.request(Verb::Patch),
        run.attempt.cluster.patch(&located.object, &manager, patch).await,
    )
    .await?;
    for_guest(run, &located, patched).await
}

pub(super) async fn delete(run: &Run, object: &ObjectReference, options: &DeleteOptions) -> Result<(), Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &[located.request(Verb::Delete)]).await?;
    let options = convert::delete_options(options);
    run.deletes(&located.object);
    let deleted = run.attempt.cluster.delete(&located.object, &options).await;
    answered(run, located.request(Verb::Delete), deleted).await?;
    look_for_end(run, &located.object).await
}

/// Whether what the step deleted is gone by now. Another object of that name is one that the inventory keeps.
pub(super) async fn look_for_end(run: &Run, object: &cluster::ObjectReference) -> Result<(), Stop> {
    if run.awaits_end_of(object) && run.attempt.cluster.get(object).await == Err(cluster::Error::NotFound) {
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
