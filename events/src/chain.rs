//! The hash chain: every event vouches for all events before it.
//!
//! A hash covers a domain tag, the previous hash and every column as stored. Each column is written as a byte for
//! its kind, its length in eight bytes and its bytes, so that no two rows read the same.

use sha2::{Digest, Sha256};

use crate::digest::digest;

digest!(
    /// Hash of an event and, through the previous one, of all before it.
    Hash
);

impl Hash {
    /// What the first event names as the hash before it.
    pub const START: Self = Self::from_bytes([0; 32]);
}

/// Says what is hashed, so that no other hash of the system can be taken for one of the chain.
const DOMAIN: &[u8] = b"shipslog event v1\0";

/// An event's columns as stored, apart from the two hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns<'a> {
    /// Place in the whole log.
    pub position: i64,
    /// The event's id, 16 bytes.
    pub id: &'a [u8],
    /// The stream's name.
    pub stream: &'a str,
    /// The stream's version with this event.
    pub version: i64,
    /// The event's type.
    pub kind: &'a str,
    /// The version of that type's facts.
    pub schema: i64,
    /// Microseconds since 1970.
    pub recorded_at: i64,
    /// `key:<name>`, `driver` or `server`.
    pub actor: &'a str,
    /// The API key's id, where one was used.
    pub source_key: Option<&'a str>,
    /// The peer's address, where there was one.
    pub source_address: Option<&'a str>,
    /// The correlation's id, 16 bytes.
    pub correlation: &'a [u8],
    /// The causing event's id, 16 bytes, where there is one.
    pub causation: Option<&'a [u8]>,
    /// Canonical JSON.
    pub facts: &'a str,
    /// Canonical JSON: names and commitments of the event's bodies.
    pub bodies: &'a str,
}

/// The hash of an event with these columns after an event with the hash `previous`.
pub fn hash(previous: &[u8], columns: &Columns<'_>) -> Hash {
    let mut hasher = Hasher(Sha256::new_with_prefix(DOMAIN));
    hasher.blob(previous);
    hasher.integer(columns.position);
    hasher.blob(columns.id);
    hasher.text(columns.stream);
    hasher.integer(columns.version);
    hasher.text(columns.kind);
    hasher.integer(columns.schema);
    hasher.integer(columns.recorded_at);
    hasher.text(columns.actor);
    hasher.optional(columns.source_key, Hasher::text);
    hasher.optional(columns.source_address, Hasher::text);
    hasher.blob(columns.correlation);
    hasher.optional(columns.causation, Hasher::blob);
    hasher.text(columns.facts);
    hasher.text(columns.bodies);
    Hash::from_bytes(hasher.0.finalize().into())
}

struct Hasher(Sha256);

impl Hasher {
    fn column(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn integer(&mut self, value: i64) {
        self.column(b'i', &value.to_be_bytes());
    }

    fn text(&mut self, value: &str) {
        self.column(b't', value.as_bytes());
    }

    fn blob(&mut self, value: &[u8]) {
        self.column(b'b', value);
    }

    fn optional<T>(&mut self, value: Option<T>, write: fn(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.column(b'n', &[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn columns() -> Columns<'static> {
        Columns {
            position: 1,
            id: &[1; 16],
            stream: "configuration",
            version: 1,
            kind: "document-applied",
            schema: 1,
            recorded_at: 1,
            actor: "driver",
            source_key: None,
            source_address: None,
            correlation: &[2; 16],
            causation: None,
            facts: "{}",
            bodies: "[]",
        }
    }

    /// Computed apart from this code, in Python.
    #[test]
    fn the_hash_is_what_the_format_says() {
        let hash = hash(Hash::START.as_bytes(), &columns());
        assert_eq!(
            hash.to_string(),
            "495f03bfd5f86851fe5e5d424c6bd8b7584669025b96e4bde816ff4e20e61293"
        );
    }

    #[test]
    fn every_column_changes_the_hash() {
        let edits: [fn(&mut Columns<'static>); 16] = [
            |it| it.position = 2,
            |it| it.id = &[3; 16],
            |it| it.stream = "access",
            |it| it.version = 2,
            |it| it.kind = "key-created",
            |it| it.schema = 2,
            |it| it.recorded_at = 2,
            |it| it.actor = "server",
            |it| it.source_key = Some(""),
            |it| it.source_key = Some("k"),
            |it| it.source_address = Some("k"),
            |it| it.correlation = &[3; 16],
            |it| it.causation = Some(&[]),
            |it| it.causation = Some(&[2; 16]),
            |it| it.facts = "{ }",
            |it| it.bodies = "[ ]",
        ];
        let start = Hash::START.as_bytes();
        let mut seen = BTreeSet::from([hash(start, &columns()), hash(&[1; 32], &columns())]);
        for edit in edits {
            let mut edited = columns();
            edit(&mut edited);
            assert!(
                seen.insert(hash(start, &edited)),
                "{edited:?} hashes like another row"
            );
        }
    }

    #[test]
    fn bytes_cannot_move_from_one_column_to_the_next() {
        let start = Hash::START.as_bytes();
        let one = Columns {
            facts: "ab",
            bodies: "c",
            ..columns()
        };
        let other = Columns {
            facts: "a",
            bodies: "bc",
            ..columns()
        };
        assert_ne!(hash(start, &one), hash(start, &other));
    }
}
