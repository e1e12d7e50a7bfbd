//! `shipslog schema`: the published JSON Schemas, from the binary itself.

use anyhow::Result;
use clap::Args;
use serde_json::Value;
use shipslog_domain::document::schema_of;
use shipslog_events::event::configuration::Kind;
use shipslog_nearest::hint;

use crate::common::Common;
use crate::exit::Exit;

/// Prints the JSON Schema of a kind of document; needs no server.
#[derive(Debug, Args)]
pub(crate) struct SchemaVerb {
    /// Environment, Lifecycle, Feed, Certificate, Account, Target or Project, in any case.
    #[arg(value_parser = kind)]
    kind: Kind,
}

impl SchemaVerb {
    pub(crate) fn run(&self, common: &Common) -> Result<Exit> {
        let schema = schema_of(self.kind).to_value();
        common
            .output
            .show(&schema.into(), |it: &Value| format!("{it:#}"))?;
        Ok(Exit::Succeeded)
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let names = Kind::ALL.map(|it| it.to_string());
    let known = Kind::ALL
        .into_iter()
        .find(|it| it.to_string().eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        format!(
            "it is no kind of document{}",
            hint(text, names.iter().map(String::as_str))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema() {
        for it in Kind::ALL {
            let schema = schema_of(kind(&it.to_string().to_lowercase()).unwrap());
            assert_eq!(schema.as_value()["properties"]["kind"]["const"], it.to_string());
        }
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_nearest() {
        assert_eq!(
            kind("Projekt").unwrap_err(),
            "it is no kind of document; did you mean `Project`?"
        );
    }
}
