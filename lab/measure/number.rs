//! What was measured, and what it is held against.

use std::time::Duration;

use serde::Serialize;

/// One measured number.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Number {
    bench: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    /// The same of the bare program, in the same unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<f64>,
    /// Value by baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

impl Number {
    pub(crate) fn new(bench: &'static str, what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            bench,
            what: what.into(),
            value,
            unit,
            baseline: None,
            ratio: None,
            target: None,
            met: None,
        }
    }

    /// Beside what the bare program needs.
    pub(crate) fn against(self, baseline: f64) -> Self {
        let ratio = Some(self.value / baseline);
        Self {
            baseline: Some(baseline),
            ratio,
            ..self
        }
    }

    /// The value is to be at most so much.
    pub(crate) fn at_most(self, most: f64) -> Self {
        Self {
            target: Some(format!("<= {most} {}", self.unit)),
            met: Some(self.value <= most),
            ..self
        }
    }

    /// Value by baseline is to be at most so much.
    pub(crate) fn ratio_at_most(self, most: f64) -> Self {
        Self {
            target: Some(format!("<= {most:.2} x")),
            met: self.ratio.map(|it| it <= most),
            ..self
        }
    }

    /// Value by baseline is to be at least so much.
    pub(crate) fn ratio_at_least(self, least: f64) -> Self {
        Self {
            target: Some(format!(">= {least:.2} x")),
            met: self.ratio.map(|it| it >= least),
            ..self
        }
    }
}

/// The one in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// The smallest that is not below so many of a hundred.
pub(crate) fn percentile(values: &[f64], of_a_hundred: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * of_a_hundred).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// In milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((percentile(&[1.0, 2.0, 3.0, 4.0], 99) - 4.0).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_target_is_met_or_not() {
        let number = Number::new("a", "b", 90.0, "appends/s").against(100.0);
        assert_eq!(number.clone().ratio_at_least(0.8).met, Some(true));
        assert_eq!(number.clone().ratio_at_most(0.8).met, Some(false));
        assert_eq!(number.at_most(90.0).met, Some(true));
    }
}
