//! The contract's calls to the cluster, answered from memory.

use super::cluster::json;
use super::reason::refusal;
use super::{State, current, rights};
use crate::bindings::shipslog::step::kubernetes as wit;
use crate::kubernetes::{ObjectReference, needs};
use shipslog_rights::Need;
use wit::{Applied, Change, Error, Evidence, Expectation, Page, Waited};

pub(crate) fn get(object: &wit::ObjectReference) -> Result<String, Error> {
    call("get", object, needs::get(object), |it| {
        it.cluster.get(object, it.namespace.as_deref())
    })
}

pub(crate) fn list(selection: &wit::Selection) -> Result<Page, Error> {
    current(|it| {
        it.rights.need(needs::list(selection), it.namespace.as_deref());
        match it.call(format!("list {}", selection.kind)) {
            Some(reason) => Err(refusal(reason)),
            None => Ok(it.cluster.list(selection, it.namespace.as_deref())),
        }
    })
}

pub(crate) fn apply(object: &str, options: &wit::ApplyOptions) -> Result<Applied, Error> {
    let manifest = json(object);
    let object = reference(object)?;
    let needs = needs::apply(&object, options.force);
    call("apply", &object, needs, |it| {
        it.cluster.apply(&manifest, options, it.namespace.as_deref())
    })
}

pub(crate) fn patch(
    object: &wit::ObjectReference,
    _kind: wit::PatchKind,
    patch: &str,
    uid: Option<&str>,
    resource_version: Option<&str>,
) -> Result<String, Error> {
    let patch = json(patch);
    call("patch", object, needs::patch(object), |it| {
        it.cluster
            .patch(object, &patch, (uid, resource_version), it.namespace.as_deref())
    })
}

pub(crate) fn delete(object: &wit::ObjectReference, options: &wit::DeleteOptions) -> Result<(), Error> {
    call("delete", object, needs::delete(object), |it| {
        it.cluster.delete(object, options, it.namespace.as_deref())
    })
}

pub(crate) fn wait(expectations: &[Expectation], _seconds: u32) -> Result<Waited, Error> {
    current(|it| {
        for expectation in expectations {
            it.rights
                .need(rights::of_wait(expectation), it.namespace.as_deref());
            if let Some(reason) = it.call(words(expectation)) {
                return Err(refusal(reason));
            }
        }
        it.cluster.fill_tokens();
        Ok(it.waits.pop_front().unwrap_or(Waited::Met))
    })
}

pub(crate) fn diff(object: &str) -> Result<Vec<Change>, Error> {
    let manifest = json(object);
    let object = reference(object)?;
    call("diff", &object, needs::diff(&object), |it| {
        it.cluster.diff(&manifest, it.namespace.as_deref())
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the signature is the contract's")]
pub(crate) fn can_i(verb: &str, object: &wit::ObjectReference, _subresource: &str) -> Result<bool, Error> {
    Ok(call(&format!("can-i {verb}"), object, Vec::new(), |_| Ok(())).is_ok())
}

pub(crate) fn logs(
    pod: &wit::ObjectReference,
    _container: &str,
    _tail_lines: u32,
    _previous: bool,
) -> Result<Vec<String>, Error> {
    call("logs", pod, needs::logs(pod), |_| Ok(Vec::new()))
}

pub(crate) fn explain(object: &wit::ObjectReference) -> Result<Evidence, Error> {
    let nothing = || Evidence {
        object: object.clone(),
        summary: "nothing was seen".to_owned(),
        events: Vec::new(),
        log_tail: Vec::new(),
    };
    call("explain", object, needs::explain(object), |_| Ok(nothing()))
}

fn call<T>(
    verb: &str,
    object: &wit::ObjectReference,
    needs: Vec<Need>,
    answer: impl FnOnce(&mut State) -> Result<T, Error>,
) -> Result<T, Error> {
    let object = ObjectReference::from(object.clone());
    current(|it| {
        it.rights.need(needs, it.namespace.as_deref());
        match it.call(format!("{verb} {object}")) {
            Some(reason) => Err(refusal(reason)),
            None => answer(it),
        }
    })
}

fn reference(manifest: &str) -> Result<wit::ObjectReference, Error> {
    let reference = ObjectReference::of(&json(manifest));
    reference
        .as_ref()
        .map(Into::into)
        .map_err(|it| Error::Other(("manifest".to_owned(), it.to_string())))
}

fn words(expectation: &Expectation) -> String {
    let (what, object) = match expectation {
        Expectation::Healthy(it) => ("healthy", &it.object),
        Expectation::Gone(it) => ("gone", &it.object),
        Expectation::Condition(it) => (it.type_.as_str(), &it.object),
        Expectation::Endpoints(it) => ("endpoints", &it.service),
    };
    format!("wait {what} {}", ObjectReference::from(object.clone()))
}
