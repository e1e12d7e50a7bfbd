//! The frozen variables of the release, in this run's scope.

use std::fmt;

use crate::bindings::shipslog::step::variables as wit;
use crate::{Failure, imports};

/// The value, or a handle where the variable is sensitive.
pub fn get(name: &str) -> Result<String, Error> {
    imports::variables::get(name).map_err(Error::from)
}

/// The reference of a package that the release froze, as `registry/httpd:2.4.71@sha256:…`.
pub fn image(package: &str) -> Result<String, Error> {
    get(&format!("Octopus.Action.Package[{package}].Image"))
}

/// Why a variable was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No variable of that name has a value here; the text names the nearest that have.
    Unknown(String),
    /// The step may not read it; the text says why.
    NotGranted(String),
    /// What later hosts may say: a code and a sentence.
    Other(String, String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(sentence) | Self::NotGranted(sentence) => f.write_str(sentence),
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
            wit::Error::Unknown(sentence) => Self::Unknown(sentence),
            wit::Error::NotGranted(sentence) => Self::NotGranted(sentence),
            wit::Error::Other((code, sentence)) => Self::Other(code, sentence),
        }
    }
}
