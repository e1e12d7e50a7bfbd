//! Values for later steps, accounts, release notes and other systems.

use std::fmt;

use serde_json::Value;

use crate::bindings::shipslog::step::outputs as wit;
use crate::{Failure, imports};

/// Sets an output that the description lists.
pub fn set(name: &str, value: &Value) -> Result<(), Error> {
    imports::outputs::set(name, &value.to_string()).map_err(Error::from)
}

/// Sets a sensitive output to what the handle stands for: the host keeps the value, sealed.
pub fn set_sensitive(name: &str, handle: &str) -> Result<(), Error> {
    imports::outputs::set_sensitive(name, handle).map_err(Error::from)
}

/// Why an output was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The description does not list it; the text names the nearest that it does.
    NotDeclared(String),
    /// More bytes than the limit, which it names.
    TooLarge(u64),
    /// What later hosts may say: a code and a sentence.
    Other(String, String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDeclared(sentence) => write!(f, "the step's description does not list it: {sentence}"),
            Self::TooLarge(limit) => write!(f, "the output is larger than {limit} bytes"),
            Self::Other(code, sentence) => write!(f, "{sentence} ({code})"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Self {
        match error {
            wit::Error::NotDeclared(sentence) => Self::NotDeclared(sentence),
            wit::Error::TooLarge(limit) => Self::TooLarge(limit),
            wit::Error::Other((code, sentence)) => Self::Other(code, sentence),
        }
    }
}
