//! The task log of a deployment: what its steps say, for people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipslog_events::LogLevel;
use shipslog_events::ids::{AttemptNumber, StepName, TargetName};
use utoipa::{IntoParams, ToSchema};

use crate::address::addresses;
use crate::schema;

addresses! {
    /// The task log of a deployment, a page or a stream.
    LOG = "/api/v1/deployments/{id}/log";
}

/// Which lines to read, and whether to go on with what comes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Lines {
    /// Those after this row.
    pub after: Option<u64>,
    /// A stream that goes on until the deployment has ended; by default if `text/event-stream` is asked for.
    pub follow: Option<bool>,
    /// Items on the page: 1 to 500, 50 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Waits until the answer shows everything up to this position of the log.
    pub min_position: Option<u64>,
}

/// A line of the task log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// Grows from line to line, with gaps.
    pub row: u64,
    /// When it was said.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What the step said.
    pub message: String,
    /// The run that said it, or why nobody can tell.
    #[serde(flatten)]
    pub origin: LineOrigin,
}

/// Where a line of the task log comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LineOrigin {
    /// A run of a step.
    Run {
        /// The step that said it.
        #[schema(value_type = String)]
        step: StepName,
        /// On which target.
        #[schema(value_type = String)]
        target: TargetName,
        /// In which run.
        #[schema(value_type = u32)]
        attempt: AttemptNumber,
        /// How grave it is.
        #[schema(value_type = schema::LogLevel)]
        level: LogLevel,
    },
    /// The line was changed in the store, and is shown as it stands there.
    Damaged {
        /// What stands in the place of the run.
        run: String,
        /// What about the line cannot be read.
        unreadable: String,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{moment, round_trip, words};

    #[test]
    fn levels_are_words() {
        assert_eq!(words(&LogLevel::ALL), ["debug", "info", "warning", "error"]);
    }

    #[test]
    fn a_line_says_when_where_and_what() {
        round_trip(&Lines {
            follow: Some(true),
            ..Lines::default()
        });
        let line = LogLine {
            row: 7,
            at: moment(),
            message: "takes long".to_owned(),
            origin: LineOrigin::Run {
                step: "Deploy".into(),
                target: "Here".into(),
                attempt: AttemptNumber(2),
                level: LogLevel::Warning,
            },
        };
        let shown = json!({
            "row": 7, "at": "2026-01-02T03:04:05.678Z", "step": "Deploy", "target": "Here", "attempt": 2,
            "level": "warning", "message": "takes long"
        });
        assert_eq!(round_trip(&line), shown);
    }

    #[test]
    fn a_damaged_line_has_nothing_that_nobody_knows() {
        let line = LogLine {
            row: 7,
            at: moment(),
            message: "takes long".to_owned(),
            origin: LineOrigin::Damaged {
                run: "x".to_owned(),
                unreadable: "`x` is no attempt".to_owned(),
            },
        };
        let shown = json!({
            "row": 7, "at": "2026-01-02T03:04:05.678Z", "message": "takes long", "run": "x",
            "unreadable": "`x` is no attempt"
        });
        assert_eq!(round_trip(&line), shown);
    }
}
