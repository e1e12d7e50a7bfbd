//! Where the server is made to die: at the calls of an undisturbed run's journal, before their effect and after it.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::Value;

/// Seen from the effect of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Window {
    /// It is about to happen.
    Before,
    /// It has happened, and that is not durable.
    After,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}

/// How many places there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Every call that the journal has.
    Short,
    /// Those without an entry too, which are computed again, and some after the last entry.
    Long,
}

/// A place to die at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Spot {
    /// Of the call, counted from 0.
    pub(crate) index: u64,
    /// As `kubernetes.apply`.
    pub(crate) function: String,
    /// As `guarded-write`.
    pub(crate) class: String,
    /// On which side of the effect.
    pub(crate) window: Window,
    /// Whether a run comes there: how many calls follow the last entry, the journal does not say.
    #[serde(skip)]
    pub(crate) is_certain: bool,
}

impl Spot {
    /// As the server is told.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.index, self.window)
    }
}

/// The class of calls without an entry.
const LOCAL: &str = "local";

/// So many calls at most follow the last entry: outputs, lines of the log, the progress.
const BEYOND: u64 = 8;

/// A call of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    index: u64,
    function: String,
    class: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} {} ({})", self.index, self.function, self.class)
    }
}

/// The calls of the only attempt in a journal as the API answers it. A call may have several entries.
pub(crate) fn calls(journal: &Value) -> Result<Vec<Call>> {
    let attempts = journal["attempts"]
        .as_array()
        .context("a journal lists attempts")?;
    ensure!(
        attempts.len() == 1,
        "the journal has {} attempts, not one",
        attempts.len()
    );
    let entries = attempts[0]["calls"]
        .as_array()
        .context("an attempt lists calls")?;
    let calls: Result<BTreeMap<u64, Call>> = entries.iter().map(|it| Ok((index(it)?, call(it)?))).collect();
    Ok(calls?.into_values().collect())
}

fn call(entry: &Value) -> Result<Call> {
    let text = |field: &str| {
        let text = entry[field].as_str().map(str::to_owned);
        text.with_context(|| format!("an entry of the journal has a {field}: {entry}"))
    };
    Ok(Call {
        index: index(entry)?,
        function: text("function")?,
        class: text("class")?,
    })
}

fn index(entry: &Value) -> Result<u64> {
    entry["index"]
        .as_u64()
        .with_context(|| format!("an entry of the journal has an index: {entry}"))
}

/// Both windows of every call.
pub(crate) fn spots(calls: &[Call], form: Form) -> Vec<Spot> {
    let all: Vec<Call> = match form {
        Form::Short => calls.to_vec(),
        Form::Long => with_local(calls),
    };
    let last = calls.last().map_or(0, |it| it.index);
    let windows = |call: &Call| {
        [Window::Before, Window::After].map(|window| Spot {
            is_certain: call.index <= last,
            index: call.index,
            function: call.function.clone(),
            class: call.class.clone(),
            window,
        })
    };
    all.iter().flat_map(windows).collect()
}

fn with_local(calls: &[Call]) -> Vec<Call> {
    let last = calls.last().map_or(0, |it| it.index);
    let at = |index| {
        let known = calls.iter().find(|it| it.index == index).cloned();
        known.unwrap_or_else(|| Call {
            index,
            function: "-".to_owned(),
            class: LOCAL.to_owned(),
        })
    };
    (0..=last + BEYOND).map(at).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn journal() -> Value {
        let entry = |entry: u64, index: u64, kind: &str, class: &str, function: &str| json!({ "entry": entry, "index": index, "kind": kind, "class": class, "function": function });
        json!({ "attempts": [{ "step": "Httpd", "attempt": 1, "entries": 3, "calls": [
            entry(0, 1, "answer", "read", "kubernetes.get"),
            entry(1, 3, "intent", "guarded-write", "kubernetes.apply"),
            entry(2, 3, "answer", "guarded-write", "kubernetes.apply"),
        ] }] })
    }

    #[test]
    fn a_call_with_two_entries_is_one_call_with_two_windows() {
        let places: Vec<String> = spots(&calls(&journal()).unwrap(), Form::Short)
            .iter()
            .map(Spot::place)
            .collect();
        assert_eq!(places, ["1:before", "1:after", "3:before", "3:after"]);
    }

    #[test]
    fn the_long_form_has_the_calls_between_and_some_beyond() {
        let spots = spots(&calls(&journal()).unwrap(), Form::Long);
        let local = |certain: bool| -> Vec<u64> {
            let after = spots.iter().filter(|it| it.window == Window::After);
            let local = after.filter(|it| it.class == LOCAL && it.is_certain == certain);
            local.map(|it| it.index).collect()
        };
        assert_eq!(local(true), [0, 2]);
        assert_eq!(local(false), (4..=3 + BEYOND).collect::<Vec<u64>>());
    }

    #[test]
    fn a_second_attempt_is_not_an_undisturbed_run() {
        let mut journal = journal();
        let attempt = journal["attempts"][0].clone();
        journal["attempts"].as_array_mut().unwrap().push(attempt);
        assert!(calls(&journal).is_err());
    }
}
