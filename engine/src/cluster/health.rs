//! When an object counts as healthy: pure rules, one file for each family of kinds.

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It is as it should be.
    Ready,
    /// It is on its way; this is what it waits for.
    Progressing(String),
    /// It cannot get there any more; this is why.
    Failed(String),
}
