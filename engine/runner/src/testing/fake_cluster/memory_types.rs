//! Between the engine's words for a cluster and those of the one in memory.

use shipslog_cluster::{
    ApplyOptions, Cause, Change, ChangeKind, DeleteOptions, Deleted, Denial, Error, Evidence, Expectation,
    FieldConflict, Layer, ObjectReference, Patch, PatchKind, Selection, Waited,
};
use shipslog_step_testing as memory;

/// An error of the engine's, as the cluster in memory may give it.
#[derive(Debug, Clone)]
pub(super) struct Fault(pub(super) Error);

impl From<memory::Refusal> for Fault {
    fn from(refusal: memory::Refusal) -> Self {
        Self(match refusal {
            memory::Refusal::NotFound => Error::NotFound,
            memory::Refusal::Changed => Error::Changed,
            memory::Refusal::Conflict(fields) => Error::Conflict(
                fields
                    .into_iter()
                    .map(|it| FieldConflict {
                        path: it.path,
                        manager: it.manager,
                    })
                    .collect(),
            ),
            memory::Refusal::Forbidden(rule) => Error::Forbidden(Denial {
                layer: Layer::Cluster,
                rule,
            }),
            memory::Refusal::Invalid(message) => Error::Invalid(vec![Cause {
                path: String::new(),
                message,
            }]),
            memory::Refusal::OutcomeUnknown(message) => Error::OutcomeUnknown(message),
        })
    }
}

pub(super) fn reference(object: &ObjectReference) -> memory::ObjectReference {
    memory::ObjectReference {
        group: object.group.clone(),
        version: object.version.clone(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
    }
}

pub(super) fn selection(selection: &Selection) -> memory::Selection {
    memory::Selection {
        group: selection.group.clone(),
        kind: selection.kind.clone(),
        namespace: selection.namespace.clone(),
        label_selector: selection.label_selector.clone(),
    }
}

pub(super) fn apply(manager: &str, options: &ApplyOptions) -> memory::Apply {
    memory::Apply {
        manager: manager.to_owned(),
        force: options.force,
        guard: memory::Guard {
            uid: options.uid.clone(),
            resource_version: options.resource_version.clone(),
            unanswered: options.unanswered,
        },
    }
}

pub(super) fn patch<'a>(patch: &Patch<'a>) -> memory::Patch<'a> {
    memory::Patch {
        kind: match patch.kind {
            PatchKind::Merge | PatchKind::Strategic => memory::PatchKind::Merge,
            PatchKind::JsonPatch => memory::PatchKind::Json,
        },
        body: patch.body,
        guard: memory::Guard {
            uid: patch.precondition.uid.clone(),
            resource_version: patch.precondition.resource_version.clone(),
            unanswered: patch.precondition.unanswered,
        },
    }
}

pub(super) fn delete(options: &DeleteOptions) -> memory::Guard {
    memory::Guard {
        uid: options.uid.clone(),
        resource_version: options.resource_version.clone(),
        unanswered: options.unanswered,
    }
}

pub(super) fn deleted(deleted: memory::Deleted) -> Deleted {
    match deleted {
        memory::Deleted::Accepted => Deleted::Accepted,
        memory::Deleted::WasGone => Deleted::WasGone,
        memory::Deleted::WasReplaced => Deleted::WasReplaced,
    }
}

pub(super) fn expectation(expectation: &Expectation) -> memory::Expectation {
    match expectation {
        Expectation::Healthy(it) => memory::Expectation::Healthy(reference(&it.object)),
        Expectation::Gone(it) => memory::Expectation::Gone(reference(&it.object), it.uid.clone()),
        Expectation::Condition(it) => memory::Expectation::Condition(reference(&it.object), it.kind.clone()),
        Expectation::Endpoints(it) => memory::Expectation::Endpoints(reference(&it.service)),
    }
}

pub(super) fn waited(waited: memory::Waited) -> Waited {
    let all = |them: Vec<memory::Evidence>| them.into_iter().map(evidence).collect();
    match waited {
        memory::Waited::Met => Waited::Met,
        memory::Waited::Failed(them) => Waited::Failed(all(them)),
        memory::Waited::TimedOut(them) => Waited::TimedOut(all(them)),
    }
}

pub(super) fn evidence(evidence: memory::Evidence) -> Evidence {
    let memory::ObjectReference {
        group,
        version,
        kind,
        namespace,
        name,
    } = evidence.object;
    Evidence {
        object: ObjectReference {
            group,
            version,
            kind,
            namespace,
            name,
        },
        summary: evidence.summary,
        events: evidence.events,
        log_tail: evidence.log_tail,
    }
}

pub(super) fn change(change: memory::Change) -> Change {
    Change {
        kind: match change.kind {
            memory::ChangeKind::Created => ChangeKind::Created,
            memory::ChangeKind::Changed => ChangeKind::Changed,
        },
        path: String::new(),
        before: change.before,
        after: Some(change.after),
    }
}
