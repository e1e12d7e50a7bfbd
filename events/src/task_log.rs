//! Words of the task log, whose lines are for people and no events.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::words;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// For those who look for a fault.
    Debug,
    /// As expected.
    Info,
    /// Not as it should be, and it goes on.
    Warning,
    /// It does not go on.
    Error,
}

words! {
    LogLevel {
        Debug => "debug",
        Info => "info",
        Warning => "warning",
        Error => "error",
    }
}

/// The text is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no level; there are `debug`, `info`, `warning` and `error`")]
pub struct NotALevel(String);

impl FromStr for LogLevel {
    type Err = NotALevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let level = Self::ALL.into_iter().find(|it| it.to_string() == text);
        level.ok_or_else(|| NotALevel(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_reads_back_from_its_text() {
        for level in LogLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert!("loud".parse::<LogLevel>().is_err());
    }
}
