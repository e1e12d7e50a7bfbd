//! Calls that only look.

use shipslog_cluster as cluster;
use shipslog_cluster::path;
use shipslog_rights::needs::{self, Subject};
use shipslog_rights::{Verb, kind};

use super::stop::{Stop, answered, authorize, invalid};
use super::{convert, manifest, object, record, secret_data};
use crate::bindings::shipslog::step::kubernetes::{Change, Evidence, Page, Selection};
use crate::bindings::shipslog::step::types::ObjectReference;
use crate::run::Run;

/// The largest page, and the most lines of a log.
const MOST: u32 = 500;
/// Each is looked for in every object of the page.
const FIELDS: usize = 100;

pub(super) async fn get(run: &Run, object: &ObjectReference) -> Result<String, Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::get(&located)).await?;
    let found = run.assignment.cluster.get(&located.object).await;
    if found == Err(cluster::Error::NotFound) {
        record::gone(run, &located.object, None).await?;
    }
    let mut found = answered(run, located.need(Verb::Get), found).await?;
    if located.is_secret() {
        secret_data::seal(run, &mut found, located.object.namespace.as_deref()).await?;
    }
    Ok(convert::json(&found)?)
}

pub(super) async fn list(run: &Run, selection: &Selection) -> Result<Page, Stop> {
    let kind = object::kind(run, &selection.group, &selection.version, &selection.kind).await?;
    let namespace = object::namespace(run, &kind, selection.namespace.as_deref(), "namespace")?;
    bounded(selection)?;
    let all = Subject {
        group: &kind.group,
        kind: &kind.kind,
        namespace: namespace.as_deref(),
        name: None,
        cluster_scoped: !kind.namespaced,
    };
    authorize(run, &needs::list(all)).await?;
    let asked = all.need(Verb::List);
    let secret = kind::is_secret(&kind.group, &kind.kind);
    let selection = cluster::Selection {
        group: kind.group,
        version: kind.version,
        kind: kind.kind,
        namespace: namespace.clone(),
        label_selector: selection.label_selector.clone(),
        fields: selection.fields.clone(),
        limit: selection.limit.min(MOST),
        continue_from: selection.continue_from.clone(),
    };
    let page = answered(run, asked, run.assignment.cluster.list(&selection).await).await?;
    let mut objects = Vec::with_capacity(page.objects.len());
    let mut room = convert::Room::new();
    for mut found in page.objects {
        if secret {
            secret_data::seal(run, &mut found, namespace.as_deref()).await?;
        }
        objects.push(room.take(convert::json(&found)?)?);
    }
    Ok(Page {
        objects,
        continue_from: page.continue_from,
    })
}

fn bounded(selection: &Selection) -> Result<(), Stop> {
    object::query("label-selector", &selection.label_selector)?;
    object::query(
        "continue-from",
        selection.continue_from.as_deref().unwrap_or_default(),
    )?;
    if selection.fields.len() > FIELDS {
        return Err(invalid(
            "fields",
            format!("one call names at most {FIELDS} fields"),
        ));
    }
    selection
        .fields
        .iter()
        .try_for_each(|it| object::query("fields", it))
}

pub(super) async fn diff(run: &Run, object: &str) -> Result<Vec<Change>, Stop> {
    let (mut manifest, located) = manifest::read(run, object).await?;
    authorize(run, &needs::diff(&located)).await?;
    secret_data::fill(run, &mut manifest, located.is_secret()).await?;
    let manager = run.assignment.situation.field_manager();
    let changes = run.assignment.cluster.diff(&manifest, &manager).await;
    let changes = answered(run, located.need(Verb::Apply), changes).await?;
    let seen = changes.into_iter().map(|mut it| {
        if located.is_secret() && !it.path.starts_with("metadata") {
            (it.before, it.after) = (None, None);
        }
        convert::change(&run.vault, it)
    });
    Ok(seen.collect())
}

/// Asks about rights, needs none.
pub(super) async fn can_i(
    run: &Run,
    verb: &str,
    object: &ObjectReference,
    subresource: &str,
) -> Result<bool, Stop> {
    object::word(run, path::lower_word("verb", verb))?;
    if !subresource.is_empty() {
        object::word(run, path::lower_word("subresource", subresource))?;
    }
    if !object.name.is_empty() {
        object::name(run, "name", &object.name)?;
    }
    let kind = object::kind(run, &object.group, &object.version, &object.kind).await?;
    let namespace = object::namespace(run, &kind, object.namespace.as_deref(), "namespace")?;
    let object = cluster::ObjectReference {
        namespace,
        ..convert::reference(object)
    };
    let asked = format!("find out whether the account may {verb} {object}");
    let answer = run.assignment.cluster.can_i(verb, &object, subresource).await;
    answered(run, asked, answer).await
}

pub(super) async fn logs(
    run: &Run,
    pod: &ObjectReference,
    container: &str,
    tail_lines: u32,
    previous: bool,
) -> Result<Vec<String>, Stop> {
    let located = object::locate(run, &convert::reference(pod)).await?;
    if !container.is_empty() {
        object::name(run, "container", container)?;
    }
    authorize(run, &needs::logs(&located)).await?;
    let lines = run
        .assignment
        .cluster
        .logs(&located.object, container, tail_lines.min(MOST), previous)
        .await;
    let lines = answered(run, located.need(Verb::Logs), lines).await?;
    Ok(lines.iter().map(|it| run.vault.redact(it)).collect())
}

pub(super) async fn explain(run: &Run, object: &ObjectReference) -> Result<Evidence, Stop> {
    let located = object::locate(run, &convert::reference(object)).await?;
    authorize(run, &needs::explain(&located)).await?;
    let evidence = run.assignment.cluster.explain(&located.object).await;
    let evidence = answered(run, located.need(Verb::Get), evidence).await?;
    Ok(convert::evidence(&run.vault, evidence))
}
