//! What an entry holds, and its bytes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use shipslog_events::event::object::{Before, TakenField};
use shipslog_events::ids::Handle;

use super::Trace;

/// What a host function does to the world, and so what must be durable when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nothing outside the run sees it, or what is seen has an identity of its own: computed again.
    Local,
    /// Looks at the world.
    Read,
    /// Repeating it changes nothing.
    IdempotentWrite,
    /// Everything else that writes: that it is about to be sent is durable before it is sent.
    GuardedWrite,
    /// Waits, possibly for long: until when is durable before the wait begins.
    Suspending,
    /// Answers otherwise each time: time, randomness, new handles.
    Recorded,
}

/// Which call an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Counted from 0 over all calls of the run.
    pub index: u64,
    /// What it does to the world.
    pub class: Class,
    /// Interface and function, as `kubernetes.apply`.
    pub function: Cow<'static, str>,
    /// SHA-256 of the arguments, hex.
    pub digest: String,
}

/// One entry: a call is about to be made, waits, or was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The call that it is about.
    pub call: Call,
    /// Its arguments as JSON, where they are small and hold nothing sensitive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Box<RawValue>>,
    /// What it left in the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<Trace>,
    /// How far the call has come.
    pub what: What,
}

/// What an entry says of its call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It is about to be sent.
    Intent(Intent),
    /// It waits, at most so long.
    Suspended(Suspended),
    /// It was answered so, in JSON.
    Answer(Box<RawValue>),
    /// It was answered with something sensitive: the handle opens to the JSON.
    Sealed(Handle),
    /// It was not done: the run was asked to stop.
    Cancelled,
}

/// A write that is about to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What the object must still be, where the write must not be done otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precondition: Option<Precondition>,
    /// What was there: what the write does is judged by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// The fields that it takes from others, by force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<TakenField>,
}

/// What an object must still be for a guarded write to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Precondition {
    /// The object has this UID.
    pub uid: Option<String>,
    /// The object has this resourceVersion: nobody has changed it since.
    pub resource_version: Option<String>,
}

/// Until when a call waits, and where the step stood. Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// The moment it began.
    pub at: u64,
    /// The moment it ends at the latest.
    pub until: u64,
    /// How many parts of its work the step had done.
    pub done: u32,
    /// How many parts there were in all.
    pub total: u32,
}

impl Call {
    /// The arguments are JSON without anything sensitive.
    pub(crate) fn new(index: u64, class: Class, function: &'static str, arguments: &str) -> Self {
        Self {
            index,
            class,
            function: Cow::Borrowed(function),
            digest: hex::encode(Sha256::digest(arguments)),
        }
    }

    /// Whether it is the same call with the same arguments.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.index, &self.function, &self.digest) == (other.index, &other.function, &other.digest)
    }
}

/// The bytes are no entry of this format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not an entry that this shipslog reads: {0}")]
pub struct Unreadable(String);

impl Entry {
    /// As the log keeps it.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an entry is plain data")
    }

    /// Back from the log; never panics, whatever the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(bytes).map_err(|error| Unreadable(error.to_string()))
    }
}
