//! YAML as kubectl reads it: octal modes are octal, and budgets stop alias bombs. The only place that parses it.

use anyhow::{Result, anyhow};
use serde::Serialize;
use serde_json::Value;

/// Reads all documents of a text; empty ones are left out. Errors quote no values, which may be secrets.
pub(crate) fn read(text: &str, name: &str) -> Result<Vec<Value>> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| anyhow!("{name} is not valid YAML: {error}"))?;
    Ok(documents.into_iter().filter(|it| !it.is_null()).collect())
}

/// Writes one document.
pub(crate) fn write<T: Serialize>(value: &T) -> Result<String> {
    serde_saphyr::to_string(value).map_err(|error| anyhow!("it cannot be written as YAML: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mode_is_octal_as_kubectl_reads_it() {
        assert_eq!(read("mode: 0644", "x").unwrap(), [json!({ "mode": 420 })]);
    }

    #[test]
    fn documents_are_separated_and_empty_ones_left_out() {
        assert_eq!(
            read("a: 1\n---\n---\nb: 2\n", "x").unwrap(),
            [json!({ "a": 1 }), json!({ "b": 2 })]
        );
    }

    #[test]
    fn an_error_says_where_but_quotes_no_value_which_may_be_a_secret() {
        for text in [
            "kind: Account\ntoken: hunter2\n  name: [\n",
            "token: \"hunter2\nname: a\n",
            "token: hunter2: x\n",
            "token: *hunter2\n",
            "token: !!int hunter2\n",
            "token: !!binary hunter2\n",
        ] {
            let sentence = format!("{:#}", read(text, "x.yaml").unwrap_err());
            assert!(!sentence.contains("hunter2"), "{sentence}");
            assert!(sentence.contains("line"), "{sentence}");
        }
    }

    #[test]
    fn an_error_names_the_file() {
        assert!(
            read("a: [", "httpd.yaml")
                .unwrap_err()
                .to_string()
                .starts_with("httpd.yaml is not valid YAML")
        );
    }
}
