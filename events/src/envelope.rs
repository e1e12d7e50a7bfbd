//! What surrounds an event: who, when, why, and its place in the chain.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::body::Commitment;
use crate::chain::Hash;
use crate::event::Event;
use crate::ids::{EventId, Handle, KeyId, Position, StreamVersion};
use crate::stream::Stream;

/// Who made it so.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A person or a system, by the name of its API key.
    Key(String),
    /// The driver, carrying out what was committed.
    Driver,
    /// The server itself, such as at its first start.
    Server,
}

/// As an event's row has it, and as it is hashed: `key:<name>`, `driver` or `server`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) => write!(f, "key:{name}"),
            Self::Driver => f.write_str("driver"),
            Self::Server => f.write_str("server"),
        }
    }
}

/// The text names no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no actor")]
pub struct NotAnActor(String);

impl FromStr for Actor {
    type Err = NotAnActor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("key:")) {
            (_, Some(name)) => Ok(Self::Key(name.to_owned())),
            ("driver", None) => Ok(Self::Driver),
            ("server", None) => Ok(Self::Server),
            (other, None) => Err(NotAnActor(other.to_owned())),
        }
    }
}

/// From where a command came: nothing for the driver's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// The API key used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The peer's address, without its port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What all events of one append share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who acted.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// One person's command and all that followed from it.
    pub correlation: Uuid,
    /// The event that led to this one.
    pub causation: Option<EventId>,
}

/// Name of the body that the first event of any command of a person may have: why, as they said it. Text.
pub const REASON: &str = "reason";

/// Bytes that may be erased one day: free text, inputs, documents as written, evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBody {
    /// Which of the event's bodies this is, such as `document` or `inputs`.
    pub name: String,
    /// Uncompressed content, most often canonical JSON.
    pub bytes: Vec<u8>,
}

/// A sealed value: ciphertext under a key that the database does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// What stands for it everywhere else.
    pub handle: Handle,
    /// Key id, nonce and ciphertext, as the sealer wrote them.
    pub sealed: Vec<u8>,
}

/// An event about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Appending the same id again answers as the first time.
    pub id: EventId,
    /// The facts.
    pub event: Event,
    /// What may be erased.
    pub bodies: Vec<NewBody>,
}

/// Where a body can be found and what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyReference {
    /// Which of the event's bodies.
    pub name: String,
    /// SHA-256 over salt and bytes.
    pub commitment: Commitment,
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Place in the whole log.
    pub position: Position,
    /// Its own id: appended twice, it is there once.
    pub id: EventId,
    /// The stream it belongs to.
    pub stream: Stream,
    /// The stream's version with this event.
    pub version: StreamVersion,
    /// Never earlier than that of the event before.
    pub recorded_at: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// One person's command and all that followed from it.
    pub correlation: Uuid,
    /// The event that led to this one.
    pub causation: Option<EventId>,
    /// The facts, in today's shape.
    pub event: Event,
    /// Its bodies, present or erased.
    pub bodies: Vec<BodyReference>,
    /// Hash of the event before.
    pub previous: Hash,
    /// Hash of this event and, through `previous`, of all before it.
    pub hash: Hash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_even_with_a_misleading_name() {
        for actor in [
            Actor::Driver,
            Actor::Server,
            Actor::Key("driver".into()),
            Actor::Key("key:a".into()),
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert!("nobody".parse::<Actor>().is_err());
    }
}
