//! From the SDK's words and the cluster's in memory to the contract's, and back.

use serde_json::Value;
use shipslog_step_testing as memory;

use crate::Cause;
use crate::bindings::shipslog::step::kubernetes as wit;
use crate::kubernetes::{Denial, Evidence, FieldConflict, Layer, ObjectReference, Reason};

pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the SDK sends JSON")
}

impl From<memory::Refusal> for Reason {
    fn from(refusal: memory::Refusal) -> Self {
        match refusal {
            memory::Refusal::NotFound => Self::NotFound,
            memory::Refusal::Changed => Self::Changed,
            memory::Refusal::Conflict(fields) => Self::Conflict(
                fields
                    .into_iter()
                    .map(|it| FieldConflict {
                        path: it.path,
                        manager: it.manager,
                    })
                    .collect(),
            ),
            memory::Refusal::Forbidden(rule) => Self::Forbidden(Denial {
                layer: Layer::Cluster,
                rule,
            }),
            memory::Refusal::Invalid(message) => Self::Invalid(vec![Cause::new("", message)]),
            memory::Refusal::OutcomeUnknown(message) => Self::OutcomeUnknown(message),
        }
    }
}

impl From<&wit::ObjectReference> for memory::ObjectReference {
    fn from(object: &wit::ObjectReference) -> Self {
        (&ObjectReference::from(object.clone())).into()
    }
}

impl From<&ObjectReference> for memory::ObjectReference {
    fn from(object: &ObjectReference) -> Self {
        Self {
            group: object.group.clone(),
            version: object.version.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        }
    }
}

pub(super) fn expectation(expectation: &wit::Expectation) -> memory::Expectation {
    match expectation {
        wit::Expectation::Healthy(it) => memory::Expectation::Healthy((&it.object).into()),
        wit::Expectation::Gone(it) => memory::Expectation::Gone((&it.object).into(), it.uid.clone()),
        wit::Expectation::Condition(it) => {
            memory::Expectation::Condition((&it.object).into(), it.type_.clone())
        }
        wit::Expectation::Endpoints(it) => memory::Expectation::Endpoints((&it.service).into()),
    }
}

pub(super) fn waited(waited: memory::Waited) -> wit::Waited {
    let all = |them: Vec<memory::Evidence>| them.into_iter().map(evidence).collect();
    match waited {
        memory::Waited::Met => wit::Waited::Met,
        memory::Waited::Failed(them) => wit::Waited::Failed(all(them)),
        memory::Waited::TimedOut(them) => wit::Waited::TimedOut(all(them)),
    }
}

pub(super) fn change(change: memory::Change) -> wit::Change {
    wit::Change {
        kind: match change.kind {
            memory::ChangeKind::Created => wit::ChangeKind::Created,
            memory::ChangeKind::Changed => wit::ChangeKind::Changed,
        },
        path: String::new(),
        before: change.before.map(|it| it.to_string()),
        after: Some(change.after.to_string()),
    }
}

pub(super) fn refusal(reason: Reason) -> wit::Error {
    match reason {
        Reason::NotFound => wit::Error::NotFound,
        Reason::Changed => wit::Error::Changed,
        Reason::Conflict(fields) => wit::Error::Conflict(
            fields
                .into_iter()
                .map(|it| wit::FieldConflict {
                    path: it.path,
                    manager: it.manager,
                })
                .collect(),
        ),
        Reason::Forbidden(denial) => wit::Error::Forbidden(wit::Denial {
            layer: layer(denial.layer),
            rule: denial.rule,
        }),
        Reason::Invalid(causes) => wit::Error::Invalid(causes.into_iter().map(Into::into).collect()),
        Reason::TimedOut => wit::Error::TimedOut,
        Reason::Throttled(after) => wit::Error::Throttled(u32::try_from(after.as_secs()).unwrap_or(u32::MAX)),
        Reason::Unavailable(what) => wit::Error::Unavailable(what),
        Reason::OutcomeUnknown(what) => wit::Error::OutcomeUnknown(what),
        Reason::TooLarge(limit) => wit::Error::TooLarge(limit),
        Reason::Cancelled => wit::Error::Cancelled,
        Reason::Other(code, sentence) => wit::Error::Other((code, sentence)),
    }
}

fn layer(layer: Layer) -> wit::Layer {
    match layer {
        Layer::Declaration => wit::Layer::Declaration,
        Layer::Grant => wit::Layer::Grant,
        Layer::Boundary => wit::Layer::Boundary,
        Layer::Cluster => wit::Layer::Cluster,
        Layer::Admission => wit::Layer::Admission,
    }
}

pub(super) fn evidence(evidence: memory::Evidence) -> wit::Evidence {
    let memory::ObjectReference {
        group,
        version,
        kind,
        namespace,
        name,
    } = evidence.object;
    wit::Evidence {
        object: wit::ObjectReference {
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

/// What a test says was seen.
pub(super) fn seen(evidence: Evidence) -> memory::Evidence {
    memory::Evidence {
        object: (&evidence.object).into(),
        summary: evidence.summary,
        events: evidence.events,
        log_tail: evidence.log_tail,
    }
}
