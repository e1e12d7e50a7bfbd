//! Waiting for the cluster.

use serde_json::Value;

use super::convert::wit;
use super::{Applied, Evidence, ObjectReference};
use crate::Failure;

/// What a wait is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// It is healthy by the host's rules for its kind; nothing older than the generation counts.
    Healthy {
        /// The object whose health is judged.
        object: ObjectReference,
        /// Only the object with this UID.
        uid: Option<String>,
        /// As [`Applied::generation`] says.
        generation: Option<i64>,
    },
    /// It, or the one with this UID, is gone.
    Gone {
        /// The object that is to go.
        object: ObjectReference,
        /// Only the object with this UID: another one of the name counts as gone.
        uid: Option<String>,
    },
    /// A condition of its status is as said.
    Condition {
        /// The object whose status has the condition.
        object: ObjectReference,
        /// The condition's type, as `Established`.
        condition: String,
        /// `True`, `False` or `Unknown`.
        status: String,
    },
    /// The Service's ready endpoints are exactly pods with these labels.
    Endpoints {
        /// The Service that is to lead to the pods.
        service: ObjectReference,
        /// Of the pods, as `app=web`.
        label_selector: String,
        /// How many of them there have to be, or more.
        at_least: u32,
    },
}

impl Expectation {
    /// What was applied becomes healthy.
    pub fn healthy(object: ObjectReference, applied: &Applied) -> Self {
        Self::Healthy {
            object,
            uid: applied.object["metadata"]["uid"].as_str().map(str::to_owned),
            generation: applied.generation,
        }
    }

    /// An object that was read goes away.
    pub fn gone(object: ObjectReference, existing: &Value) -> Self {
        Self::Gone {
            object,
            uid: existing["metadata"]["uid"].as_str().map(str::to_owned),
        }
    }

    /// The object that it speaks of.
    pub fn object(&self) -> &ObjectReference {
        match self {
            Self::Healthy { object, .. } | Self::Gone { object, .. } | Self::Condition { object, .. } => {
                object
            }
            Self::Endpoints { service, .. } => service,
        }
    }
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// All came true.
    Met,
    /// One of them cannot come true any more, which was known before the time was over.
    Failed(Vec<Evidence>),
    /// The time is over.
    TimedOut(Vec<Evidence>),
}

impl Waited {
    /// The run failed unless all came true, for the reasons that were seen.
    pub fn met(self) -> Result<(), Failure> {
        let sentence = |evidence: Vec<Evidence>| {
            let lines: Vec<String> = evidence.iter().map(ToString::to_string).collect();
            lines.join("\n")
        };
        match self {
            Self::Met => Ok(()),
            Self::Failed(evidence) => Err(Failure::failed(sentence(evidence))),
            Self::TimedOut(evidence) => Err(Failure::failed(
                format!("the time for it is over\n{}", sentence(evidence))
                    .trim_end()
                    .to_owned(),
            )),
        }
    }
}

/// The objects that are waited for, in words.
pub(super) fn describe(expectations: &[Expectation]) -> String {
    let objects: Vec<String> = expectations.iter().map(|it| it.object().to_string()).collect();
    objects.join(", ")
}

impl From<&Expectation> for wit::Expectation {
    fn from(expectation: &Expectation) -> Self {
        match expectation {
            Expectation::Healthy {
                object,
                uid,
                generation,
            } => Self::Healthy(wit::Healthy {
                object: object.into(),
                uid: uid.clone(),
                generation: *generation,
            }),
            Expectation::Gone { object, uid } => Self::Gone(wit::Gone {
                object: object.into(),
                uid: uid.clone(),
            }),
            Expectation::Condition {
                object,
                condition,
                status,
            } => Self::Condition(wit::Condition {
                object: object.into(),
                type_: condition.clone(),
                status: status.clone(),
            }),
            Expectation::Endpoints {
                service,
                label_selector,
                at_least,
            } => Self::Endpoints(wit::Endpoints {
                service: service.into(),
                label_selector: label_selector.clone(),
                at_least: *at_least,
            }),
        }
    }
}

impl From<wit::Waited> for Waited {
    fn from(waited: wit::Waited) -> Self {
        let read = |it: Vec<wit::Evidence>| it.into_iter().map(Into::into).collect();
        match waited {
            wit::Waited::Met => Self::Met,
            wit::Waited::Failed(evidence) => Self::Failed(read(evidence)),
            wit::Waited::TimedOut(evidence) => Self::TimedOut(read(evidence)),
        }
    }
}
