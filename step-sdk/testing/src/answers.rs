//! What the cluster answers.

use serde_json::Value;
use shipslog_rights::{Need, needs};

use crate::ObjectReference;

/// What an apply did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The object as it is now.
    pub object: Value,
    /// `metadata.generation` after this write.
    pub generation: Option<i64>,
    /// False where it was so already.
    pub changed: bool,
}

/// What an apply would do to an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Whether it would come into being or become another.
    pub kind: ChangeKind,
    /// The object as it is; nothing where there is none.
    pub before: Option<Value>,
    /// The object as it would be.
    pub after: Value,
}

/// Whether an object would come into being or become another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is not there yet.
    Created,
    /// It gets other fields.
    Changed,
}

/// What came of a delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone, or about to be.
    Accepted,
    /// It was gone already.
    WasGone,
    /// It was gone already, and another object has its name.
    WasReplaced,
}

/// Why an object is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The object that this is about.
    pub object: ObjectReference,
    /// One line for people.
    pub summary: String,
    /// What the cluster reported, oldest first.
    pub events: Vec<String>,
    /// The last lines of the containers' logs.
    pub log_tail: Vec<String>,
}

/// What a wait is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The object is healthy.
    Healthy(ObjectReference),
    /// The object is gone, or the one with this UID is.
    Gone(ObjectReference, Option<String>),
    /// A condition of this type is as the test wants it.
    Condition(ObjectReference, String),
    /// The Service has the wanted endpoints.
    Endpoints(ObjectReference),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited {
    /// All came true.
    Met,
    /// One of them cannot come true any more.
    Failed(Vec<Evidence>),
    /// The time is over.
    TimedOut(Vec<Evidence>),
}

impl Expectation {
    /// What waiting for it needs.
    pub fn needs(&self) -> Vec<Need> {
        match self {
            Self::Healthy(object) => needs::wait_healthy(object),
            Self::Gone(object, _) => needs::wait_gone(object),
            Self::Condition(object, _) => needs::wait_condition(object),
            Self::Endpoints(service) => needs::wait_endpoints(service),
        }
    }

    /// The object that it speaks of.
    pub fn object(&self) -> &ObjectReference {
        match self {
            Self::Healthy(object)
            | Self::Gone(object, _)
            | Self::Condition(object, _)
            | Self::Endpoints(object) => object,
        }
    }
}

/// As `wait healthy Deployment web/httpd`.
impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self {
            Self::Healthy(_) => "healthy",
            Self::Gone(..) => "gone",
            Self::Condition(_, condition) => condition,
            Self::Endpoints(_) => "endpoints",
        };
        write!(f, "wait {what} {}", self.object())
    }
}
