//! An entry of a journal as far as it may be shown.

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;
use shipslog_runner::{Class, Entry, What};
use shipslog_sealing::replace_handles;

/// Something that became of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its place in the journal, counted from 0.
    pub entry: u64,
    /// Which call of the run, counted from 0.
    pub index: u64,
    /// What became of it.
    pub kind: Kind,
    /// What the function does to the world.
    pub class: Class,
    /// Such as `kubernetes.get`.
    pub function: String,
    /// SHA-256 of the arguments, hex.
    pub digest: String,
    /// The arguments, where they are small; nothing sensitive is in them.
    pub arguments: Option<Value>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It was answered, in so many bytes of JSON.
    Answer {
        /// How many.
        bytes: usize,
    },
    /// It was answered with something sensitive, which is sealed.
    Sealed,
    /// A write is about to be sent, if the object is still what it was.
    Intent,
    /// It waits.
    Suspended {
        /// When the wait ends at the latest.
        until: Timestamp,
    },
    /// It was not done: the run was asked to stop.
    Cancelled,
}

impl Call {
    /// The entry with this number, or why it cannot be read.
    pub(super) fn read(number: u64, bytes: &[u8]) -> Result<Self, String> {
        let entry = Entry::decode(bytes).map_err(|reason| reason.to_string())?;
        Ok(Self {
            entry: number,
            index: entry.call.index,
            kind: kind(&entry.what),
            class: entry.call.class,
            function: entry.call.function.into_owned(),
            digest: entry.call.digest,
            arguments: entry.arguments.as_deref().and_then(arguments),
        })
    }
}

fn kind(what: &What) -> Kind {
    match what {
        What::Answer(answer) => Kind::Answer {
            bytes: answer.get().len(),
        },
        What::Sealed(_) => Kind::Sealed,
        What::Intent(_) => Kind::Intent,
        What::Suspended(wait) => Kind::Suspended {
            until: moment(wait.until),
        },
        What::Cancelled => Kind::Cancelled,
    }
}

/// Milliseconds since 1970. A wait without end has a moment that no calendar has.
fn moment(millis: u64) -> Timestamp {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// The largest arguments that are shown, in bytes.
const LARGEST: usize = 4 << 10;

fn arguments(arguments: &RawValue) -> Option<Value> {
    let text = arguments.get();
    if text.len() > LARGEST {
        return None;
    }
    let text = replace_handles(text, |_| Some("(sensitive)".to_owned()));
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn arguments_that_are_large_are_left_out() {
        let text = |length: usize| raw(&format!("\"{}\"", "x".repeat(length - 2)));
        assert!(arguments(&text(LARGEST)).is_some());
        assert!(arguments(&text(LARGEST + 1)).is_none());
    }

    #[test]
    fn a_handle_in_the_arguments_is_not_shown() {
        let handle = format!("shipslog-handle-{}", "a".repeat(52));
        let shown = arguments(&raw(&format!("[\"user:{handle}\"]"))).unwrap();
        assert_eq!(shown, serde_json::json!(["user:(sensitive)"]));
    }

    #[test]
    fn a_wait_without_end_ends_when_calendars_do() {
        assert_eq!(moment(u64::MAX), Timestamp::MAX);
        assert_eq!(moment(1_800_000_000_000).to_string(), "2027-01-15T08:00:00Z");
    }
}
