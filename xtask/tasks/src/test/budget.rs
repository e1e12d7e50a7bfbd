//! What a run may take, as `docs/performance.md` has it: a table with a row a stage, minutes cold and minutes warm.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::checkout;

/// How much had been built before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cold,
    Warm,
}

/// Minutes a stage.
#[derive(Debug)]
pub(super) struct Budget {
    stages: BTreeMap<String, [Duration; 2]>,
    in_all: [Duration; 2],
}

impl Budget {
    /// The name of the last row.
    pub(super) const IN_ALL: &str = "in all";

    pub(super) fn read() -> Result<Self> {
        let file = checkout::root().join("docs/performance.md");
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        Self::parse(&text)
    }

    /// The rows of the table that begins with `| stage | cold | warm |`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut lines = text
            .lines()
            .skip_while(|it| cells(it)[..] != ["stage", "cold", "warm"]);
        let rows = lines.by_ref().skip(2).take_while(|it| it.starts_with('|'));
        let mut stages = BTreeMap::new();
        for line in rows {
            let [name, cold, warm] = cells(line)[..] else {
                anyhow::bail!("the budget in docs/performance.md has a row without a time: {line}");
            };
            stages.insert(name.to_owned(), [minutes(cold)?, minutes(warm)?]);
        }
        let in_all = stages
            .remove(Self::IN_ALL)
            .context("the budget in docs/performance.md has no row `in all`")?;
        Ok(Self { stages, in_all })
    }

    pub(super) fn of(&self, stage: &str, kind: Kind) -> Option<Duration> {
        self.stages.get(stage).map(|it| of_kind(*it, kind))
    }

    pub(super) fn in_all(&self, kind: Kind) -> Duration {
        of_kind(self.in_all, kind)
    }
}

fn of_kind([cold, warm]: [Duration; 2], kind: Kind) -> Duration {
    match kind {
        Kind::Cold => cold,
        Kind::Warm => warm,
    }
}

/// The first three of a row.
fn cells(line: &str) -> Vec<&str> {
    line.split('|').skip(1).take(3).map(str::trim).collect()
}

fn minutes(cell: &str) -> Result<Duration> {
    let number: f64 = cell
        .trim_end_matches(" min")
        .parse()
        .with_context(|| format!("`{cell}` in docs/performance.md is no number of minutes"))?;
    Ok(Duration::from_secs_f64(number * 60.0))
}

#[cfg(test)]
mod tests {
    use launcher::commands::TEST;

    use super::*;

    #[test]
    fn the_budget_of_the_docs_holds_together() {
        let budget = Budget::read().unwrap();
        for kind in [Kind::Cold, Kind::Warm] {
            let sum: Duration = budget.stages.values().map(|it| of_kind(*it, kind)).sum();
            assert!(sum <= budget.in_all(kind), "the stages may take {sum:?} {kind:?}");
        }
        // As the first line of the run announces it.
        assert_eq!(budget.in_all(Kind::Cold), Duration::from_mins(TEST.cold));
        assert_eq!(
            Some(budget.in_all(Kind::Warm)),
            TEST.warm.map(Duration::from_mins)
        );
    }

    #[test]
    fn every_stage_has_a_budget() {
        let budget = Budget::read().unwrap();
        for stage in super::super::STAGES {
            assert!(budget.of(stage, Kind::Cold).is_some(), "{stage}");
        }
        assert_eq!(budget.stages.len(), super::super::STAGES.len());
    }

    #[test]
    fn another_table_before_it_is_passed_over() {
        let text = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| stage | cold | warm | |\n|---|---|---|---|\n| in all | 1.5 min | 1 min | |\n\n| x |\n";
        assert_eq!(
            Budget::parse(text).unwrap().in_all(Kind::Cold),
            Duration::from_secs(90)
        );
        assert!(Budget::parse("no table").is_err());
    }
}
