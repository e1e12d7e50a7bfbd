//! Why the cluster does not do what it is asked.

/// Why the cluster itself does not do what is asked. A test can have calls fail in more ways, by errors of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such object.
    NotFound,
    /// A precondition on UID or resource version does not hold.
    Changed,
    /// An apply met fields of other managers.
    Conflict(Vec<FieldConflict>),
    /// The account may not do it; the sentence says what.
    Forbidden(String),
    /// The request is none that a server takes; the sentence says why.
    Invalid(String),
    /// A write whose answer was lost cannot be told from one of somebody else's.
    OutcomeUnknown(String),
}

/// A field that another manager applies with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// As `spec.replicas`.
    pub path: String,
    /// The manager that applies it.
    pub manager: String,
}
