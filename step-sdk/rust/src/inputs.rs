//! From JSON to a step's own type, refusing every field that the type does not have.

use serde::de::DeserializeOwned;
use serde_ignored::Path;

use crate::Cause;

/// Reads inputs. Where a type forgets `deny_unknown_fields`, what it would ignore is refused all the same.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Vec<Cause>> {
    let mut unknown = Vec::new();
    let mut note = |path: Path<'_>| unknown.push(Cause::new(dotted(&path), "unknown field"));
    let mut text = serde_json::Deserializer::from_str(json);
    let inputs = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(&mut text, &mut note))
        .map_err(|error| vec![cause(&error)])?;
    if unknown.is_empty() {
        Ok(inputs)
    } else {
        Err(unknown)
    }
}

fn cause(error: &serde_path_to_error::Error<serde_json::Error>) -> Cause {
    let path = match error.path().to_string() {
        it if it == "." => String::new(),
        it => it,
    };
    let message = error.inner().to_string();
    // Where in the text says nothing to people who wrote YAML; the path does.
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(it, _)| it);
    Cause::new(path, message)
}

fn dotted(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", dotted(parent)),
        Path::Map { parent, key } => match dotted(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            dotted(parent)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inputs {
        #[serde(default)]
        rules: Vec<Rule>,
        #[expect(dead_code, reason = "only its shape counts")]
        quota: Option<Rule>,
    }

    #[derive(Debug, Deserialize)]
    struct Rule {
        #[expect(dead_code, reason = "only its shape counts")]
        verbs: Vec<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[expect(dead_code, reason = "only its shape counts")]
        name: Option<String>,
    }

    fn refusals(json: &str) -> Vec<String> {
        parse::<Inputs>(json)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn unknown_fields_are_refused_at_any_depth_all_at_once() {
        assert_eq!(
            refusals(
                r#"{ "rule": 1, "rules": [{ "verbs": [], "verb": "get" }], "quota": { "verbs": [], "x": {} } }"#
            ),
            [
                "rule: unknown field",
                "rules[0].verb: unknown field",
                "quota.x: unknown field"
            ]
        );
    }

    #[test]
    fn a_type_that_denies_unknown_fields_names_the_known_ones() {
        let causes = parse::<Strict>(r#"{ "nam": "x" }"#).unwrap_err();
        assert_eq!(
            causes,
            [Cause::new("nam", "unknown field `nam`, expected `name`")]
        );
    }

    #[test]
    fn a_wrong_type_and_a_missing_field_are_refused_with_their_path() {
        assert_eq!(
            refusals(r#"{ "rules": [{ "verbs": "get" }] }"#),
            ["rules[0].verbs: invalid type: string \"get\", expected a sequence"]
        );
        assert_eq!(
            refusals(r#"{ "rules": [{}] }"#),
            ["rules[0]: missing field `verbs`"]
        );
        assert_eq!(refusals("[]").len(), 1);
    }

    #[test]
    fn what_fits_is_read() {
        assert_eq!(
            parse::<Inputs>(r#"{ "rules": [{ "verbs": [] }] }"#)
                .unwrap()
                .rules
                .len(),
            1
        );
    }
}
