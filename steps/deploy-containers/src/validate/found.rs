//! What was found wrong so far.

use std::collections::BTreeSet;
use std::fmt::Display;

use shipslog_step::Cause;

/// What is wrong, in the order in which it was found.
#[derive(Debug, Default)]
pub struct Problems(Vec<Cause>);

impl Problems {
    pub(super) fn all(self) -> Vec<Cause> {
        self.0
    }

    pub(crate) fn add(&mut self, path: impl Display, message: impl Display) {
        self.0.push(Cause::new(path.to_string(), message.to_string()));
    }

    pub(crate) fn expect(&mut self, path: impl Display, verdict: Result<(), String>) {
        if let Err(message) = verdict {
            self.add(path, message);
        }
    }

    /// Each may stand once.
    pub(crate) fn once<K: Ord + Display>(
        &mut self,
        what: &str,
        items: impl IntoIterator<Item = (String, K)>,
    ) {
        let mut seen = BTreeSet::new();
        for (path, key) in items {
            if seen.contains(&key) {
                self.add(path, format!("{what} `{key}` is given twice"));
            }
            seen.insert(key);
        }
    }

    /// One, and only one, of these fields.
    pub(crate) fn exactly_one(&mut self, path: &str, fields: &[(&str, bool)]) {
        let given: Vec<&str> = fields
            .iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| *name)
            .collect();
        let all = || {
            fields
                .iter()
                .map(|(name, _)| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match given.as_slice() {
            [_] => {}
            [] => self.add(path, format!("one of {} is needed", all())),
            [first, second, ..] => self.add(
                path,
                format!(
                    "only one of {} is possible, here are `{first}` and `{second}`",
                    all()
                ),
            ),
        }
    }
}
