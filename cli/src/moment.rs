//! Moments as people read and write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit};

/// To the second, in UTC, as the log keeps it.
pub(crate) fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The time of day only.
pub(crate) fn time_of_day(moment: Timestamp) -> String {
    moment.strftime("%H:%M:%S").to_string()
}

/// How long it took, in words such as `1m 12s`.
pub(crate) fn between(start: Timestamp, end: Timestamp) -> Option<String> {
    let rounding = jiff::SpanRound::new().largest(Unit::Hour).smallest(Unit::Second);
    let span = end.since(start).ok()?.round(rounding).ok()?;
    Some(format!("{span:#}"))
}

/// A moment, a day (in UTC), or a time before now such as `2h` or `7d`.
pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(day) = text.parse::<Date>() {
        return day
            .to_zoned(TimeZone::UTC)
            .map(|it| it.timestamp())
            .map_err(|it| it.to_string());
    }
    let ago = |span: Span| {
        now.to_zoned(TimeZone::UTC)
            .checked_sub(span)
            .map(|it| it.timestamp())
    };
    text.parse::<Span>().and_then(ago).map_err(|_| {
        "write a moment as `2026-01-02T03:04:05Z`, a day as `2026-01-02`, or `2h` for two hours ago"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_may_be_written_in_full_as_a_day_or_as_a_time_ago() {
        let now: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
        let read = |text| parse(text, now).unwrap().to_string();
        assert_eq!(read("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z");
        assert_eq!(read("2026-01-02"), "2026-01-02T00:00:00Z");
        assert_eq!(read("2h"), "2026-01-10T10:00:00Z");
        assert_eq!(read("7d"), "2026-01-03T12:00:00Z");
        assert!(parse("yesterdayish", now).unwrap_err().contains("2h"));
    }

    #[test]
    fn a_span_is_told_in_words() {
        let moment = |text: &str| text.parse().unwrap();
        let took = between(moment("2026-01-10T12:00:00Z"), moment("2026-01-10T12:01:12.4Z"));
        assert_eq!(took.unwrap(), "1m 12s");
    }
}
