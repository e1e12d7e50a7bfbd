//! From an event to its type, version and facts, and back, whatever version wrote them.
//!
//! A row's type is the name that the event has in its aggregate's `kinds!`; its facts are all of it but serde's tag.
//! Facts of an older version go through one upcaster a version until they have today's shape. Released shapes never
//! change: `tests/golden` has them all.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::canonical;
use crate::event::Event;
use crate::event::access::AccessEvent;
use crate::event::configuration::ConfigurationEvent;
use crate::event::deployment::DeploymentEvent;
use crate::event::kinds::Tagged;
use crate::event::lane::LaneEvent;
use crate::event::object::ObjectEvent;
use crate::event::progress::ProgressEvent;
use crate::event::release::ReleaseEvent;

/// The version of this binary: what an error names as too old.
const BINARY: &str = env!("CARGO_PKG_VERSION");

/// Why a row gives no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer binary, which knows this type.
    #[error("event type `{kind}` is unknown to shipslog {BINARY}: read this log with a newer shipslog")]
    UnknownType {
        /// The type as stored.
        kind: String,
    },
    /// Written by a newer binary, which knows this version.
    #[error(
        "version {version} of event type `{kind}` is unknown to shipslog {BINARY}, which knows up to {known}: read \
         this log with a newer shipslog"
    )]
    NewerVersion {
        /// The type as stored.
        kind: String,
        /// The version as stored.
        version: u32,
        /// The newest version that this binary reads.
        known: u32,
    },
    /// The facts are not what the type and version promise.
    #[error("the facts of event type `{kind}`, version {version}, cannot be read: {reason}")]
    Malformed {
        /// The type as stored.
        kind: String,
        /// The version as stored.
        version: u32,
        /// What is wrong with them.
        reason: String,
    },
}

/// Brings facts from one version to the next.
type Upcaster = fn(Map<String, Value>) -> Map<String, Value>;

/// (type, version it starts from, how): one for every version that is not the newest of its type.
const UPCASTERS: &[(&str, u32, Upcaster)] = &[];

/// Every event type with its newest version.
pub fn kinds() -> impl Iterator<Item = (&'static str, u32)> {
    let aggregates = [
        AccessEvent::KINDS,
        ConfigurationEvent::KINDS,
        DeploymentEvent::KINDS,
        LaneEvent::KINDS,
        ObjectEvent::KINDS,
        ProgressEvent::KINDS,
        ReleaseEvent::KINDS,
    ];
    aggregates.into_iter().flatten().copied()
}

impl Event {
    /// The type and the version of the facts that this event is written with.
    pub fn kind(&self) -> (&'static str, u32) {
        match self {
            Self::Access(event) => event.kind(),
            Self::Configuration(event) => event.kind(),
            Self::Deployment(event) => event.kind(),
            Self::Lane(event) => event.kind(),
            Self::Object(event) => event.kind(),
            Self::Progress(event) => event.kind(),
            Self::Release(event) => event.kind(),
        }
    }
}

/// The facts of an event as a log stores them: canonical JSON without the type.
///
/// ```
/// use shipslog_events::event::{Event, access::AccessEvent};
/// use shipslog_events::upcast;
///
/// let event = Event::from(AccessEvent::KeyRevoked { key: "k1".into() });
/// let (kind, version) = event.kind();
/// let facts = upcast::encode(&event);
/// assert_eq!((kind, version, facts.as_str()), ("key-revoked", 1, r#"{"key":"k1"}"#));
/// assert_eq!(upcast::decode(kind, version, &facts), Ok(event));
/// ```
pub fn encode(event: &Event) -> String {
    let mut facts = serde_json::to_value(event).expect("events are plain data with text keys");
    facts
        .as_object_mut()
        .expect("events are tagged objects")
        .remove("type");
    canonical::write(&facts).expect("no event has a float")
}

/// The event that a row of this type and version holds, in today's shape.
pub fn decode(kind: &str, version: u32, facts: &str) -> Result<Event, DecodeError> {
    let Some((_, known)) = kinds().find(|(name, _)| *name == kind) else {
        return Err(DecodeError::UnknownType {
            kind: kind.to_owned(),
        });
    };
    if version > known {
        return Err(DecodeError::NewerVersion {
            kind: kind.to_owned(),
            version,
            known,
        });
    }
    let malformed = |reason: String| DecodeError::Malformed {
        kind: kind.to_owned(),
        version,
        reason,
    };
    if version == known {
        decode_newest(kind, facts).map_err(malformed)
    } else {
        raise(UPCASTERS, kind, version..known, facts)
            .and_then(|facts| decode_newest(kind, &facts))
            .map_err(malformed)
    }
}

fn decode_newest(kind: &str, facts: &str) -> Result<Event, String> {
    let event = None
        .or_else(|| read::<AccessEvent>(kind, facts))
        .or_else(|| read::<ConfigurationEvent>(kind, facts))
        .or_else(|| read::<DeploymentEvent>(kind, facts))
        .or_else(|| read::<LaneEvent>(kind, facts))
        .or_else(|| read::<ObjectEvent>(kind, facts))
        .or_else(|| read::<ProgressEvent>(kind, facts))
        .or_else(|| read::<ReleaseEvent>(kind, facts));
    event.expect("every type is of an aggregate")
}

/// The event, if this is the aggregate that has the type.
fn read<T: Tagged + DeserializeOwned + Into<Event>>(
    kind: &str,
    facts: &str,
) -> Option<Result<Event, String>> {
    let tagged = tag(T::tag(kind)?, facts);
    let read = |tagged: String| serde_json::from_str::<T>(&tagged).map_err(|error| error.to_string());
    Some(tagged.and_then(read).map(Into::into))
}

/// Puts serde's tag in front, as text: parsing to a tree first would double the cost of every fold.
fn tag(tag: &str, facts: &str) -> Result<String, String> {
    let rest = facts.strip_prefix('{').ok_or("they are no JSON object")?;
    let comma = if rest.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    Ok(format!("{{\"type\":\"{tag}\"{comma}{rest}"))
}

/// Takes facts through the upcasters, one a version.
fn raise(
    upcasters: &[(&str, u32, Upcaster)],
    kind: &str,
    versions: std::ops::Range<u32>,
    facts: &str,
) -> Result<String, String> {
    let mut facts: Map<String, Value> = serde_json::from_str(facts).map_err(|error| error.to_string())?;
    for version in versions {
        let (.., upcaster) = upcasters
            .iter()
            .find(|(name, from, _)| *name == kind && *from == version)
            .ok_or_else(|| format!("version {version} was never released"))?;
        facts = upcaster(facts);
    }
    canonical::write(&Value::Object(facts)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_has_one_name() {
        let mut names: Vec<_> = kinds().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), kinds().count());
    }

    #[test]
    fn every_version_below_the_newest_has_an_upcaster() {
        for (kind, newest) in kinds() {
            for version in 1..newest {
                assert!(
                    UPCASTERS
                        .iter()
                        .any(|(name, from, _)| *name == kind && *from == version),
                    "no upcaster takes {kind} from version {version} on"
                );
            }
        }
    }

    #[test]
    fn an_unknown_type_asks_for_a_newer_binary() {
        let refused = decode("webhook-called", 1, "{}").unwrap_err();
        assert_eq!(
            refused,
            DecodeError::UnknownType {
                kind: "webhook-called".into()
            }
        );
        assert!(refused.to_string().contains("newer shipslog"), "{refused}");
    }

    #[test]
    fn a_newer_version_asks_for_a_newer_binary() {
        let refused = decode("key-revoked", 9, r#"{"key":"k"}"#).unwrap_err();
        assert_eq!(
            refused,
            DecodeError::NewerVersion {
                kind: "key-revoked".into(),
                version: 9,
                known: 1
            }
        );
        assert!(refused.to_string().contains("newer shipslog"), "{refused}");
    }

    #[test]
    fn a_word_that_is_new_with_its_version_asks_for_a_newer_binary() {
        let facts = r#"{"step":"a","target":"b","attempt":1,"outcome":"errored","reason":"not-thought-of"}"#;
        let (_, known) = kinds().find(|(name, _)| *name == "attempt-ended").unwrap();
        let of_version = |version| decode("attempt-ended", version, facts).unwrap_err();
        assert!(matches!(of_version(known + 1), DecodeError::NewerVersion { .. }));
        let damaged = of_version(known).to_string();
        assert!(damaged.contains("unknown variant `not-thought-of`"), "{damaged}");
    }

    #[test]
    fn facts_that_do_not_fit_their_type_are_refused_and_do_not_panic() {
        for facts in [
            "",
            "{",
            "[]",
            "{}",
            r#"{"key":1}"#,
            r#"{"key":"k","type":"KeyCreated"}"#,
        ] {
            let refused = decode("key-revoked", 1, facts).unwrap_err();
            assert!(
                matches!(refused, DecodeError::Malformed { .. }),
                "{facts}: {refused:?}"
            );
        }
        assert!(matches!(
            decode("key-revoked", 0, "{}"),
            Err(DecodeError::Malformed { .. })
        ));
    }

    #[test]
    fn old_facts_climb_one_version_at_a_time() {
        fn add_two(mut facts: Map<String, Value>) -> Map<String, Value> {
            facts.insert("two".into(), json!(2));
            facts
        }
        fn double_two(mut facts: Map<String, Value>) -> Map<String, Value> {
            facts["two"] = json!(facts["two"].as_i64().unwrap() * 2);
            facts
        }
        let upcasters: &[(&str, u32, Upcaster)] = &[("x", 2, double_two), ("x", 1, add_two)];
        assert_eq!(raise(upcasters, "x", 1..3, "{}"), Ok(r#"{"two":4}"#.to_owned()));
        assert_eq!(
            raise(upcasters, "x", 3..3, r#"{"a":1}"#),
            Ok(r#"{"a":1}"#.to_owned())
        );
        assert!(
            raise(upcasters, "x", 0..3, "{}")
                .unwrap_err()
                .contains("version 0")
        );
    }
}
