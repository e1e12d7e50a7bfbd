//! From an event to its type, version and facts, and back, whatever version wrote them.
//!
//! A row's type is the `type` tag of the event's enum; its facts are the rest. Facts of an older version go through
//! one upcaster a version until they have today's shape. Released shapes never change: `tests/golden` has them all.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::canonical;
use crate::event::Event;
use crate::event::access::AccessEvent;
use crate::event::configuration::ConfigurationEvent;
use crate::event::deployment::DeploymentEvent;
use crate::event::lane::LaneEvent;
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

macro_rules! kinds {
    ($($aggregate:ident($facts:ident::$variant:ident) => $name:literal version $version:literal,)*) => {
        /// Every event type with its newest version.
        pub const KINDS: &[(&str, u32)] = &[$(($name, $version)),*];

        impl Event {
            /// The type and the version of the facts that this event is written with.
            pub fn kind(&self) -> (&'static str, u32) {
                match self {
                    $(Self::$aggregate($facts::$variant { .. }) => ($name, $version),)*
                }
            }
        }

        fn decode_newest(kind: &str, tagged: &str) -> Result<Event, serde_json::Error> {
            match kind {
                $($name => read::<$facts>(tagged).map(Event::$aggregate),)*
                _ => Err(serde::de::Error::custom("the type has no place in the vocabulary")),
            }
        }
    };
}

kinds! {
    Access(AccessEvent::KeyCreated) => "key-created" version 1,
    Access(AccessEvent::KeyRevoked) => "key-revoked" version 1,
    Configuration(ConfigurationEvent::DocumentApplied) => "document-applied" version 1,
    Deployment(DeploymentEvent::DeploymentRequested) => "deployment-requested" version 1,
    Deployment(DeploymentEvent::DeploymentStarted) => "deployment-started" version 1,
    Deployment(DeploymentEvent::AttemptStarted) => "attempt-started" version 1,
    Deployment(DeploymentEvent::AttemptResumed) => "attempt-resumed" version 1,
    Deployment(DeploymentEvent::AccessDenied) => "access-denied" version 1,
    Deployment(DeploymentEvent::MilestoneReached) => "milestone-reached" version 1,
    Deployment(DeploymentEvent::OutputSet) => "output-set" version 1,
    Deployment(DeploymentEvent::AttemptEnded) => "attempt-ended" version 1,
    Deployment(DeploymentEvent::CancelRequested) => "cancel-requested" version 1,
    Deployment(DeploymentEvent::DeploymentEnded) => "deployment-ended" version 1,
    Lane(LaneEvent::TurnRequested) => "turn-requested" version 1,
    Lane(LaneEvent::TurnTaken) => "turn-taken" version 1,
    Lane(LaneEvent::TurnEnded) => "turn-ended" version 1,
    Lane(LaneEvent::ObjectIntended) => "object-intended" version 1,
    Lane(LaneEvent::ObjectRemoved) => "object-removed" version 1,
    Release(ReleaseEvent::ReleaseCreated) => "release-created" version 1,
    Release(ReleaseEvent::PhaseEntered) => "phase-entered" version 1,
    Release(ReleaseEvent::PhaseSucceeded) => "phase-succeeded" version 1,
}

/// The type of the events that end attempts: their journals are checked against them.
pub const ATTEMPT_ENDED: &str = "attempt-ended";

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
    let Some((_, known)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        return Err(DecodeError::UnknownType {
            kind: kind.to_owned(),
        });
    };
    if version > *known {
        return Err(DecodeError::NewerVersion {
            kind: kind.to_owned(),
            version,
            known: *known,
        });
    }
    let malformed = |reason: String| DecodeError::Malformed {
        kind: kind.to_owned(),
        version,
        reason,
    };
    let tagged = if version == *known {
        tag(kind, facts)
    } else {
        raise(UPCASTERS, kind, version..*known, facts).and_then(|facts| tag(kind, &facts))
    };
    let tagged = tagged.map_err(malformed)?;
    decode_newest(kind, &tagged).map_err(|error| malformed(error.to_string()))
}

fn read<T: DeserializeOwned>(tagged: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(tagged)
}

/// Puts the type in front, as text: parsing to a tree first would double the cost of every fold.
fn tag(kind: &str, facts: &str) -> Result<String, String> {
    let rest = facts.strip_prefix('{').ok_or("they are no JSON object")?;
    let comma = if rest.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    Ok(format!("{{\"type\":\"{kind}\"{comma}{rest}"))
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
        let mut names: Vec<_> = KINDS.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
    }

    #[test]
    fn the_end_of_an_attempt_is_of_the_type_that_verification_looks_for() {
        let ends = crate::samples::all().into_iter().map(|(_, event)| event);
        let mut ends =
            ends.filter(|it| matches!(it, Event::Deployment(DeploymentEvent::AttemptEnded { .. })));
        assert!(ends.all(|it| it.kind().0 == ATTEMPT_ENDED));
    }

    #[test]
    fn every_version_below_the_newest_has_an_upcaster() {
        for (kind, newest) in KINDS {
            for version in 1..*newest {
                assert!(
                    UPCASTERS
                        .iter()
                        .any(|(name, from, _)| name == kind && *from == version),
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
    fn facts_that_do_not_fit_their_type_are_refused_and_do_not_panic() {
        for facts in [
            "",
            "{",
            "[]",
            "{}",
            r#"{"key":1}"#,
            r#"{"key":"k","type":"key-created"}"#,
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
