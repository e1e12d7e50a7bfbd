//! RFC 9457 problem details: the one shape of every error.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of the event with which a stream says why it cannot go on: a [`Problem`].
pub const PROBLEM: &str = "problem";

/// What every type of a problem of ours begins with.
const OURS: &str = "urn:shipslog:problem:";

/// Why a request was not carried out.
///
/// Everything but the status may be missing in what a proxy before the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(description = "Why a request was not carried out.")]
pub struct Problem {
    /// `urn:shipslog:problem:<code>`.
    #[serde(rename = "type", default)]
    #[schema(required = true)]
    pub kind: String,
    /// The same for every problem of this code.
    #[serde(default)]
    #[schema(required = true)]
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word for programs.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub code: Code,
    /// A sentence for people: what is wrong and what to do.
    #[serde(default)]
    #[schema(required = true)]
    pub detail: String,
    /// Each place in the input that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub problems: Vec<Place>,
}

/// A place in the input and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// As in `process[0].with.containers[1].ports`; empty for the whole.
    pub path: String,
    /// What is wrong there and what to do, in a sentence.
    pub message: String,
}

/// A stable word for programs. The list is open: the rules of the domain bring words of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// The log is not as it was written.
    pub const LOG_BROKEN: Self = Self::new("log-broken");
    /// What is read is not as far as was asked for.
    pub const BEHIND: Self = Self::new("behind");

    /// A word that is known when the server is built.
    pub const fn new(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// The word as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Code {
    fn from(word: &'static str) -> Self {
        Self::new(word)
    }
}

impl Problem {
    /// Whether it is the server's own word: whoever stands before the server may speak in the same form.
    pub fn is_ours(&self) -> bool {
        self.kind.starts_with(OURS)
    }

    /// A problem with its type made from the code, wrong in no place in particular.
    pub fn new(status: u16, code: Code, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("{OURS}{}", code.as_str()),
            title: title.into(),
            status,
            code,
            detail: detail.into(),
            problems: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::round_trip;

    #[test]
    fn a_problem_has_the_type_of_its_code_and_places_only_where_there_are_some() {
        let problem = Problem::new(409, Code::LOG_BROKEN, "no", "event 7 is missing");
        let shown = json!({
            "type": "urn:shipslog:problem:log-broken", "title": "no", "status": 409, "code": "log-broken",
            "detail": "event 7 is missing"
        });
        assert_eq!(round_trip(&problem), shown);
        let place = Place {
            path: "process[0]".to_owned(),
            message: "is wrong".to_owned(),
        };
        let problem = Problem {
            problems: vec![place],
            ..problem
        };
        assert_eq!(round_trip(&problem)["problems"][0]["path"], "process[0]");
    }

    #[test]
    fn a_problem_of_somebody_else_may_be_a_status_alone() {
        let problem: Problem = serde_json::from_value(json!({ "status": 502 })).unwrap();
        assert_eq!(problem.status, 502);
        assert!(!problem.is_ours());
    }
}
