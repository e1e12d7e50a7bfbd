//! Step components in words.

use serde_json::Value;

use crate::output;

/// A line each.
pub(crate) fn many(items: &Value) -> String {
    let mut rows = items.clone();
    for row in rows.as_array_mut().into_iter().flatten() {
        let needed: Vec<String> = row["neededBy"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| {
                format!(
                    "{} {}",
                    output::text(&it["project"]),
                    output::text(&it["release"])
                )
            })
            .collect();
        row["needed"] = Value::String(needed.join(", "));
        let built_in = row["builtIn"] == Value::Bool(true);
        row["origin"] = Value::from(if built_in { "built in" } else { "own" });
    }
    let columns = [
        ("REFERENCE", "reference"),
        ("VERSION", "version"),
        ("ORIGIN", "origin"),
        ("NEEDED BY", "needed"),
        ("DIGEST", "digest"),
    ];
    output::table(&rows, &columns)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_needs_a_component_is_said_beside_it() {
        let items = json!([
            { "reference": "own@1", "digest": "sha256:1", "version": "1.2.0", "builtIn": false,
              "neededBy": [{ "project": "Httpd", "release": "1.0.0" }, { "project": "Httpd", "release": "1.1.0" }] },
            { "reference": null, "digest": "sha256:2", "version": null, "builtIn": false, "neededBy": [] },
        ]);
        let table = many(&items);
        let lines: Vec<&str> = table.lines().collect();
        assert!(
            lines[1].contains("own@1") && lines[1].contains("Httpd 1.0.0, Httpd 1.1.0"),
            "{table}"
        );
        assert!(!lines[2].contains("null"), "{table}");
    }
}
