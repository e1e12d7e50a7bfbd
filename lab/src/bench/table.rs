//! The numbers as a table.

use super::{Number, Report};
use tasks::progress::say;

const HEADINGS: [&str; 6] = ["BENCH", "WHAT", "MEASURED", "BARE", "RATIO", "TARGET"];

pub(super) fn print(report: &Report) {
    for line in report.machine.lines() {
        say(&line);
    }
    say("");
    let rows: Vec<[String; 6]> = report.numbers.iter().map(row).collect();
    for line in lines(&rows) {
        say(&line);
    }
}

fn row(number: &Number) -> [String; 6] {
    let target = match (&number.target, number.met) {
        (Some(target), Some(true)) => format!("{target}: met"),
        (Some(target), _) => format!("{target}: MISSED"),
        (None, _) => String::new(),
    };
    [
        number.bench.clone(),
        number.what.clone(),
        format!("{} {}", shown(number.value), number.unit),
        number.baseline.map(shown).unwrap_or_default(),
        number.ratio.map(|it| format!("{it:.2}")).unwrap_or_default(),
        target,
    ]
}

/// With as many digits as say something.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn lines(rows: &[[String; 6]]) -> Vec<String> {
    let headings = HEADINGS.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain([&headings])
            .map(|it| it[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    std::iter::once(&headings).chain(rows).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_stands_out_and_columns_are_aligned() {
        let number = Number {
            bench: "start".to_owned(),
            what: "p50".to_owned(),
            value: 61.23,
            unit: "us".to_owned(),
            baseline: Some(5.0),
            ratio: Some(12.246),
            target: Some("<= 50 us".to_owned()),
            met: Some(false),
        };
        assert_eq!(
            lines(&[row(&number)]),
            [
                "BENCH  WHAT  MEASURED  BARE  RATIO  TARGET",
                "start  p50   61.2 us   5.00  12.25  <= 50 us: MISSED",
            ]
        );
    }
}
