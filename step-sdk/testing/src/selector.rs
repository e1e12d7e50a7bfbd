//! Label selectors.

use serde_json::Value;

/// Whether the object's labels fit: `a=b`, `a==b`, `a!=b`, `a` and `!a`, all of them, between commas.
pub(crate) fn selects(selector: &str, object: &Value) -> bool {
    let label = |key: &str| {
        object["metadata"]["labels"]
            .get(key.trim())
            .and_then(Value::as_str)
    };
    let parts = selector.split(',').map(str::trim).filter(|it| !it.is_empty());
    parts.into_iter().all(|part| {
        if let Some((key, value)) = part.split_once("!=") {
            label(key) != Some(value.trim())
        } else if let Some((key, value)) = part.split_once('=') {
            label(key) == Some(value.trim_start_matches('=').trim())
        } else if let Some(key) = part.strip_prefix('!') {
            label(key).is_none()
        } else {
            label(part).is_some()
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_parts_have_to_fit() {
        let object = json!({ "metadata": { "labels": { "app": "web", "tier": "front" } } });
        for (selector, fits) in [
            ("", true),
            ("app=web", true),
            ("app==web,tier!=back", true),
            ("app,!team", true),
            ("app=web,tier=back", false),
            ("team", false),
            ("!app", false),
        ] {
            assert_eq!(selects(selector, &object), fits, "{selector}");
        }
    }
}
