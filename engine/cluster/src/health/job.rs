//! Jobs: healthy once complete.

use serde_json::Value;

use super::{Health, progressing};
use crate::objects::{condition, number, text};

pub(super) fn health(object: &Value) -> Health {
    let holds = |kind: &str| condition(object, kind).filter(|it| text(it, "/status") == "True");
    if let Some(failed) = holds("Failed") {
        return Health::Failed(format!(
            "{}: {}",
            text(failed, "/reason"),
            text(failed, "/message")
        ));
    }
    if holds("Complete").is_some() {
        return Health::Ready;
    }
    if holds("Suspended").is_some() {
        return progressing("it is suspended");
    }
    let count = |field: &str| number(object, &format!("/status/{field}")).unwrap_or(0);
    let wanted = number(object, "/spec/completions").unwrap_or(1);
    progressing(format!(
        "{} of {wanted} completed, {} active, {} failed",
        count("succeeded"),
        count("active"),
        count("failed")
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_decide() {
        let of = |kind: &str| {
            let condition =
                json!({"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": "m"});
            health(&json!({"status": {"active": 1, "conditions": [condition]}}))
        };
        assert_eq!(of("Complete"), Health::Ready);
        assert_eq!(of("Failed"), Health::Failed("BackoffLimitExceeded: m".to_owned()));
        assert_eq!(of("Suspended"), progressing("it is suspended"));
        assert_eq!(of("Other"), progressing("0 of 1 completed, 1 active, 0 failed"));
    }
}
