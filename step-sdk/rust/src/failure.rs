//! How a run ends when it does not succeed.

use std::fmt;

/// Why a run did not succeed, in a sentence that people act on. Errors of host calls become one by `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It ran, and the answer is no: running it again would answer the same.
    Failed(String),
    /// It could not run or find out; the engine may try again.
    Errored(String),
}

impl Failure {
    /// The answer is no.
    pub fn failed(sentence: impl Into<String>) -> Self {
        Self::Failed(sentence.into())
    }

    /// It could not find out.
    pub fn errored(sentence: impl Into<String>) -> Self {
        Self::Errored(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(sentence) | Self::Errored(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for Failure {}
