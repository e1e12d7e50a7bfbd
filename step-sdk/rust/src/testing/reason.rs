//! From the SDK's words back to the contract's.

use crate::bindings::shipslog::step::kubernetes as wit;
use crate::kubernetes::{Evidence, Layer, Reason};

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

pub(super) fn evidence(evidence: Evidence) -> wit::Evidence {
    wit::Evidence {
        object: (&evidence.object).into(),
        summary: evidence.summary,
        events: evidence.events,
        log_tail: evidence.log_tail,
    }
}
