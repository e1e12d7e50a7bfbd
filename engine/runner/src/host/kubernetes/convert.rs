//! Between the contract's types and the cluster's. Texts on the way to the guest lose what must not be seen.
//!
//! The bindings make the contract's types from its WIT. The cluster has its own, because it knows no contract and no
//! sandbox.

use serde_json::Value;
use shipslog_cluster as cluster;

use crate::bindings::shipslog::step::{kubernetes as wit, types};
use crate::run::Vault;

/// What one answer may hold, in bytes.
const LARGEST: usize = 4 << 20;

/// What is left of an answer of many parts.
pub(super) struct Room(usize);

impl Room {
    pub(super) fn new() -> Self {
        Self(LARGEST)
    }

    /// The part, if there is room for it.
    pub(super) fn take(&mut self, part: String) -> Result<String, wit::Error> {
        self.0 = self
            .0
            .checked_sub(part.len())
            .ok_or(wit::Error::TooLarge(LARGEST as u64))?;
        Ok(part)
    }
}

/// Object JSON for the guest.
pub(super) fn json(value: &Value) -> Result<String, wit::Error> {
    let text = value.to_string();
    if text.len() > LARGEST {
        Err(wit::Error::TooLarge(LARGEST as u64))
    } else {
        Ok(text)
    }
}

pub(super) fn error(vault: &Vault, error: cluster::Error) -> wit::Error {
    let clean = |text: String| vault.redact(&text);
    match error {
        cluster::Error::NotFound => wit::Error::NotFound,
        cluster::Error::Changed => wit::Error::Changed,
        cluster::Error::Conflict(conflicts) => wit::Error::Conflict(
            conflicts
                .into_iter()
                .map(|it| wit::FieldConflict {
                    path: it.path,
                    manager: it.manager,
                })
                .collect(),
        ),
        cluster::Error::Forbidden(denial) => wit::Error::Forbidden(wit::Denial {
            layer: layer(denial.layer),
            rule: clean(denial.rule),
        }),
        cluster::Error::Invalid(causes) => {
            let cause = |it: cluster::Cause| types::Cause {
                path: clean(it.path),
                message: clean(it.message),
            };
            wit::Error::Invalid(causes.into_iter().map(cause).collect())
        }
        cluster::Error::TimedOut => wit::Error::TimedOut,
        cluster::Error::Throttled(seconds) => wit::Error::Throttled(seconds),
        cluster::Error::Unavailable(text) => wit::Error::Unavailable(clean(text)),
        cluster::Error::OutcomeUnknown(text) => wit::Error::OutcomeUnknown(clean(text)),
        // The step does not do the same again for it.
        cluster::Error::Doubtful(refusal) => self::error(vault, *refusal),
        cluster::Error::TooLarge(bytes) => wit::Error::TooLarge(bytes),
        error @ cluster::Error::Unauthorized(_) => {
            wit::Error::Other(("unauthorized".to_owned(), clean(error.to_string())))
        }
        error @ cluster::Error::Untrusted(_) => {
            wit::Error::Other(("untrusted".to_owned(), clean(error.to_string())))
        }
        cluster::Error::Other { code, message } => wit::Error::Other((code, clean(message))),
    }
}

fn layer(layer: cluster::Layer) -> wit::Layer {
    match layer {
        cluster::Layer::Cluster => wit::Layer::Cluster,
        cluster::Layer::Admission => wit::Layer::Admission,
    }
}

pub(super) fn reference(object: &types::ObjectReference) -> cluster::ObjectReference {
    cluster::ObjectReference {
        group: object.group.clone(),
        version: object.version.clone(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
    }
}

fn reference_back(object: cluster::ObjectReference) -> types::ObjectReference {
    let cluster::ObjectReference {
        group,
        version,
        kind,
        namespace,
        name,
    } = object;
    types::ObjectReference {
        group,
        version,
        kind,
        namespace,
        name,
    }
}

pub(super) fn delete_options(options: &wit::DeleteOptions, unanswered: bool) -> cluster::DeleteOptions {
    cluster::DeleteOptions {
        unanswered,
        propagation: match options.propagation {
            wit::Propagation::Background => cluster::Propagation::Background,
            wit::Propagation::Foreground => cluster::Propagation::Foreground,
            wit::Propagation::Orphan => cluster::Propagation::Orphan,
        },
        uid: options.uid.clone(),
        resource_version: options.resource_version.clone(),
    }
}

pub(super) fn patch_kind(kind: wit::PatchKind) -> cluster::PatchKind {
    match kind {
        wit::PatchKind::Merge => cluster::PatchKind::Merge,
        wit::PatchKind::JsonPatch => cluster::PatchKind::JsonPatch,
        wit::PatchKind::Strategic => cluster::PatchKind::Strategic,
    }
}

pub(super) fn evidence(vault: &Vault, evidence: cluster::Evidence) -> wit::Evidence {
    wit::Evidence {
        object: reference_back(evidence.object),
        summary: vault.redact(&evidence.summary),
        events: evidence.events.iter().map(|it| vault.redact(it)).collect(),
        log_tail: evidence.log_tail.iter().map(|it| vault.redact(it)).collect(),
    }
}

pub(super) fn waited(vault: &Vault, waited: cluster::Waited) -> wit::Waited {
    let all = |them: Vec<cluster::Evidence>| them.into_iter().map(|it| evidence(vault, it)).collect();
    match waited {
        cluster::Waited::Met => wit::Waited::Met,
        cluster::Waited::Failed(them) => wit::Waited::Failed(all(them)),
        cluster::Waited::TimedOut(them) => wit::Waited::TimedOut(all(them)),
    }
}

pub(super) fn change(vault: &Vault, change: cluster::Change) -> wit::Change {
    let text = |value: Value| vault.redact(&value.to_string());
    wit::Change {
        kind: match change.kind {
            cluster::ChangeKind::Created => wit::ChangeKind::Created,
            cluster::ChangeKind::Changed => wit::ChangeKind::Changed,
            cluster::ChangeKind::Deleted => wit::ChangeKind::Deleted,
            cluster::ChangeKind::Unchanged => wit::ChangeKind::Unchanged,
        },
        path: change.path,
        before: change.before.map(text),
        after: change.after.map(text),
    }
}
