//! Journals: what the runs of a deployment called. What they were answered is not shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::chain::Hash;
use shipslog_events::ids::{AttemptNumber, StepName, TargetName};
use utoipa::{IntoParams, ToSchema};

use crate::address::addresses;
use crate::words::shown_as_on_the_wire;

addresses! {
    /// The journals of a deployment's runs.
    JOURNAL = "/api/v1/deployments/{id}/journal";
}

/// Which runs; all conditions hold at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Runs {
    /// Of a step.
    #[param(value_type = Option<String>)]
    pub step: Option<StepName>,
    /// On a target.
    #[param(value_type = Option<String>)]
    pub target: Option<TargetName>,
    /// With this number, counted from 1 for each step and target.
    #[param(value_type = Option<u32>)]
    pub attempt: Option<AttemptNumber>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// The journals of a deployment's runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Journals {
    /// One for each run, in the order in which they began.
    pub attempts: Vec<Journal>,
}

/// The journal of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Journal {
    /// The step that ran.
    #[schema(value_type = String)]
    pub step: StepName,
    /// The target on which it ran.
    #[schema(value_type = String)]
    pub target: TargetName,
    /// Which run, counted from 1.
    #[schema(value_type = u32)]
    pub attempt: AttemptNumber,
    /// How many entries it has, or had.
    pub entries: u64,
    /// Hash after the last of them: vouches for all.
    #[schema(value_type = String)]
    pub hash: Hash,
    /// What is left of it.
    pub state: JournalState,
    /// How often the run went on from it after the server had stopped.
    pub resumed: u32,
    /// Its entries in order; none where they were dropped.
    pub calls: Vec<JournalCall>,
}

/// What is left of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JournalState {
    /// The run goes on, or its end was recorded a moment ago.
    Open,
    /// The run is over, and the entries are kept.
    Packed,
    /// Retention has dropped the entries; count and hash are those that the run's end recorded.
    Dropped,
    /// There is no entry.
    None,
}

/// An entry: something that became of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalCall {
    /// Its place in the journal, counted from 0.
    pub entry: u64,
    /// Which call of the run, counted from 0. Calls that touch nothing outside have no entry.
    pub index: u64,
    /// What became of it.
    pub kind: JournalKind,
    /// What the function does to the world.
    pub class: CallClass,
    /// Such as `kubernetes.get`.
    pub function: String,
    /// SHA-256 of the arguments as the journal has them, hex.
    pub digest: String,
    /// The arguments, where they are at most 4 KiB and hold no sensitive value. The handle of one is never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// When a wait ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// How long the answer is as JSON. The answer itself is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_bytes: Option<usize>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JournalKind {
    /// It was answered.
    Answer,
    /// It was answered with something sensitive, which is sealed.
    Sealed,
    /// A write is about to be sent, if the object is still what it was.
    Intent,
    /// It waits.
    Suspended,
    /// It was not done: the run was asked to stop.
    Cancelled,
}

/// What a function does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallClass {
    /// Nothing outside the run sees it.
    Local,
    /// It looks at the world.
    Read,
    /// Repeating it changes nothing.
    IdempotentWrite,
    /// It writes, and only if an object is still what it was.
    GuardedWrite,
    /// It waits, possibly for long.
    Suspending,
    /// It is answered otherwise each time.
    Recorded,
}

shown_as_on_the_wire!(JournalState, JournalKind, CallClass);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip, words};

    #[test]
    fn states_kinds_and_classes_are_words() {
        let states = [
            JournalState::Open,
            JournalState::Packed,
            JournalState::Dropped,
            JournalState::None,
        ];
        assert_eq!(words(&states), ["open", "packed", "dropped", "none"]);
        let kinds = [
            JournalKind::Answer,
            JournalKind::Sealed,
            JournalKind::Intent,
            JournalKind::Suspended,
            JournalKind::Cancelled,
        ];
        assert_eq!(words(&kinds), kinds.map(|it| it.to_string()));
        assert_eq!(words(&kinds)[2], "intent");
        let classes = [
            CallClass::Local,
            CallClass::Read,
            CallClass::IdempotentWrite,
            CallClass::GuardedWrite,
            CallClass::Suspending,
            CallClass::Recorded,
        ];
        assert_eq!(words(&classes), classes.map(|it| it.to_string()));
        assert_eq!(words(&classes)[2], "idempotent-write");
    }

    #[test]
    fn a_call_shows_only_what_there_is() {
        let call = JournalCall {
            entry: 0,
            index: 2,
            kind: JournalKind::Intent,
            class: CallClass::GuardedWrite,
            function: "kubernetes.patch".to_owned(),
            digest: "d1".to_owned(),
            arguments: None,
            until: None,
            answer_bytes: None,
        };
        let shown = json!({
            "entry": 0, "index": 2, "kind": "intent", "class": "guarded-write", "function": "kubernetes.patch",
            "digest": "d1"
        });
        assert_eq!(round_trip(&call), shown);
        let waits = JournalCall {
            kind: JournalKind::Suspended,
            arguments: Some(json!(["page", 60_000])),
            until: Some(moment()),
            answer_bytes: Some(5),
            ..call
        };
        assert_eq!(round_trip(&waits)["answerBytes"], 5);
        let journal = Journal {
            step: "Deploy".into(),
            target: "Here".into(),
            attempt: AttemptNumber(2),
            entries: 1,
            hash: Hash::from_bytes([1; 32]),
            state: JournalState::Packed,
            resumed: 1,
            calls: vec![waits],
        };
        let attempts = vec![journal];
        assert_eq!(round_trip(&Journals { attempts })["attempts"][0]["attempt"], 2);
        round_trip(&Runs {
            attempt: Some(AttemptNumber(2)),
            ..Runs::default()
        });
    }
}
