//! How long each stage of a run took, beside what `docs/performance.md` allows it. Too long a run is told of and fails
//! nothing: how busy the machine is decides no verdict.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use launcher::handover::{self, Built};

use super::budget::{Budget, Kind};
use crate::machine;
use crate::progress::{elapsed, say};

/// The name of the stage that is over when this program begins.
const COMPILING_THE_TASKS: &str = "tasks";

/// The stages of a run so far.
pub(super) struct Stages {
    budget: Budget,
    kind: Kind,
    took: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Begins with what has been done before this program ran.
    pub(super) fn begin() -> Result<Self> {
        let kind = match Built::told() {
            Built::Nothing => Kind::Cold,
            Built::Everything => Kind::Warm,
        };
        Ok(Self {
            budget: Budget::read()?,
            kind,
            took: vec![(COMPILING_THE_TASKS, handover::since_typed())],
        })
    }

    /// Carries a stage out and remembers how long it took, however it ends.
    pub(super) fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        debug_assert!(super::STAGES.contains(&name), "the budget knows no stage {name}");
        let begun = Instant::now();
        let outcome = work();
        self.took.push((name, begun.elapsed()));
        outcome
    }

    /// Prints the table, and what is to be said of it.
    pub(super) fn tell(&self) {
        say("");
        for line in self.lines().lines() {
            say(line);
        }
    }

    fn lines(&self) -> String {
        let mut text = format!("{:<10} {:>8}  {:>8}\n", "stage", "time", "budget");
        for (name, took) in &self.took {
            text.push_str(&row(name, *took, self.budget.of(name, self.kind)));
        }
        let total = self.took.iter().map(|(_, took)| *took).sum();
        let allowed = self.budget.in_all(self.kind);
        text.push_str(&row(Budget::IN_ALL, total, Some(allowed)));
        let (word, why) = match self.kind {
            Kind::Cold => ("cold", "shipslog or Kubernetes had not been built in this clone"),
            Kind::Warm => (
                "warm",
                "shipslog and Kubernetes had been built in this clone before",
            ),
        };
        let _ = writeln!(text, "a {word} run: {why}");
        if total > allowed {
            let _ = writeln!(
                text,
                "OVER THE BUDGET by {}: it is in docs/performance.md; at the end the load was {} on {} cores. That \
                 alone fails nothing",
                elapsed(total.saturating_sub(allowed)),
                machine::load(),
                machine::cores(),
            );
        }
        text
    }
}

fn row(name: &str, took: Duration, allowed: Option<Duration>) -> String {
    let budget = allowed.map_or_else(|| "-".to_owned(), elapsed);
    let over = allowed
        .and_then(|it| took.checked_sub(it))
        .filter(|it| !it.is_zero());
    let over = over.map_or_else(String::new, |it| format!("  over by {}", elapsed(it)));
    format!("{name:<10} {:>8}  {budget:>8}{over}\n", elapsed(took))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(seconds: u64) -> Stages {
        let text = "| stage | cold | warm | what |\n|---|---|---|---|\n| build | 10 | 1 | all |\n| in all | 20 | 5 | |\n";
        Stages {
            budget: Budget::parse(text).unwrap(),
            kind: Kind::Warm,
            took: vec![
                ("build", Duration::from_secs(seconds)),
                ("acts", Duration::from_secs(2)),
            ],
        }
    }

    #[test]
    fn within_the_budget_nothing_stands_out() {
        let lines = stages(60).lines();
        assert!(lines.contains("build         1m00s     1m00s\n"), "{lines}");
        assert!(lines.contains("acts           2.0s         -\n"), "{lines}");
        assert!(
            lines.contains("in all        1m02s     5m00s\na warm run: "),
            "{lines}"
        );
        assert!(!lines.contains("over") && !lines.contains("OVER"), "{lines}");
    }

    #[test]
    fn too_long_a_run_says_so() {
        let lines = stages(600).lines();
        assert!(
            lines.contains("build        10m00s     1m00s  over by 9m00s\n"),
            "{lines}"
        );
        assert!(lines.contains("OVER THE BUDGET by 5m02s"), "{lines}");
    }

    #[test]
    fn what_failed_has_taken_its_time_too() {
        let mut stages = stages(1);
        assert!(
            stages
                .run("tests", || -> Result<()> { anyhow::bail!("no") })
                .is_err()
        );
        assert_eq!(stages.took.last().unwrap().0, "tests");
    }
}
