//! Documents from files, folders and standard input, with values fetched from where the text says they are.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::yaml;

/// Reads everything that `-f` names, in order; `-` is standard input.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Value>> {
    let mut documents = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("standard input cannot be read")?;
            documents.extend(of_text(&text, "standard input", Path::new("."))?);
            continue;
        }
        for file in files(path)? {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file).with_context(|| format!("{name} cannot be read"))?;
            documents.extend(of_text(&text, &name, file.parent().unwrap_or(Path::new(".")))?);
        }
    }
    if documents.is_empty() {
        bail!("there is no document in what -f names");
    }
    Ok(documents)
}

/// A folder stands for its YAML and JSON files, in order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
        let file = entry?.path();
        let known = file
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
        if known && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn of_text(text: &str, name: &str, folder: &Path) -> Result<Vec<Value>> {
    let mut documents = yaml::read(text, name)?;
    for (index, document) in documents.iter_mut().enumerate() {
        let title = match document.get("name").and_then(Value::as_str) {
            Some(title) => format!("`{title}` in {name}"),
            None => format!("document {} in {name}", index + 1),
        };
        fetch(document, folder).with_context(|| title)?;
    }
    Ok(documents)
}

/// Replaces `{fromFile: …}`, `{fromEnvironment: …}` and `{fromPrompt: …}` by the text they lead to.
fn fetch(value: &mut Value, folder: &Path) -> Result<()> {
    match value {
        Value::Object(fields) => {
            let only = (fields.len() == 1).then(|| fields.iter().next()).flatten();
            let fetched = match only {
                Some((key, Value::String(from))) => fetched(key, from, folder)?,
                Some(_) | None => None,
            };
            match fetched {
                Some(text) => *value = Value::String(text),
                None => fields.values_mut().try_for_each(|it| fetch(it, folder))?,
            }
        }
        Value::Array(items) => items.iter_mut().try_for_each(|it| fetch(it, folder))?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

fn fetched(key: &str, from: &str, folder: &Path) -> Result<Option<String>> {
    match key {
        "fromFile" => {
            let path = folder.join(from);
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("fromFile: {} cannot be read", path.display()))?;
            Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
        }
        "fromEnvironment" => std::env::var(from)
            .map(Some)
            .with_context(|| format!("fromEnvironment: set the environment variable {from}")),
        "fromPrompt" if !std::io::stdin().is_terminal() => {
            bail!("fromPrompt: there is no terminal to ask for `{from}`; use fromFile or fromEnvironment")
        }
        "fromPrompt" => {
            let answer = inquire::Password::new(from).without_confirmation().prompt();
            Ok(Some(answer.context("nothing was entered")?))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_from_the_file_beside_the_document() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "abc\n").unwrap();
        let file = folder.path().join("account.yaml");
        std::fs::write(&file, "kind: Account\nname: a\ntoken: { fromFile: token }\n").unwrap();
        assert_eq!(read(&[file]).unwrap()[0]["token"], "abc");
    }

    #[test]
    fn a_missing_variable_is_named_with_its_document() {
        let refused = of_text(
            "name: a\ntoken: { fromEnvironment: SHIPSLOG_NOT_SET }",
            "x.yaml",
            Path::new("."),
        );
        let sentence = format!("{:#}", refused.unwrap_err());
        assert!(
            sentence
                .starts_with("`a` in x.yaml: fromEnvironment: set the environment variable SHIPSLOG_NOT_SET")
        );
    }

    #[test]
    fn an_output_reference_is_no_value_to_fetch() {
        let text = "token: { fromOutput: { project: P, environment: E, step: S, output: token } }";
        let read = of_text(text, "x.yaml", Path::new(".")).unwrap();
        assert_eq!(read[0]["token"]["fromOutput"]["step"], "S");
    }
}
