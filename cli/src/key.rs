//! `shipslog key`: API keys.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::client::{Client, segment};
use crate::common::Common;
use crate::exit::{Exit, wrong};
use crate::output::{self, Format};

/// Makes, lists and revokes API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    Create(Create),
    /// Lists API keys, never their text.
    List,
    Revoke(Revoke),
}

/// Makes an API key, which is shown this once.
///
/// It is printed alone on standard output, or written to a file; the server keeps only its digest.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Who holds it: the name that its events carry.
    name: String,
    /// What it may do.
    #[arg(long, value_enum)]
    access_role: AccessRole,
    /// Write the key to this new file, readable by this user only, instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Lets an API key open nothing any more.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key's id, as `shipslog key list` shows it.
    id: String,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AccessRole {
    /// Reads
    Viewer,
    /// Also creates releases and deployments, and cancels them
    Deployer,
    /// Everything
    Administrator,
}

const KEYS: &str = "/api/v1/keys";

impl KeyVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        match self {
            Self::Create(create) => create.run(common).await?,
            Self::List => common
                .output
                .show_items(common.client()?.list(KEYS, &[], usize::MAX).await?, table)?,
            Self::Revoke(Revoke { id }) => {
                let answer = common
                    .client()?
                    .delete(&format!("{KEYS}/{}", segment(&id)))
                    .await?;
                common
                    .output
                    .show(&answer, |_| format!("{id} opens nothing any more"))?;
            }
        }
        Ok(Exit::Succeeded)
    }
}

impl Create {
    async fn run(self, common: &Common) -> Result<()> {
        let client = common.client()?;
        let Some(path) = &self.out else {
            let answer = self.ask(&client).await?;
            if common.output == Format::Table {
                anstream::eprintln!("{}; it is shown this once", self.made(&answer));
            }
            return common.output.show(&answer, |it| output::text(&it["key"]));
        };
        // Before the key exists: a key that cannot be kept is never made.
        let file = new_private(path).map_err(|error| wrong(&error))?;
        let answer = match self.ask(&client).await {
            Ok(answer) => answer,
            Err(error) => {
                let _ = std::fs::remove_file(path);
                return Err(error);
            }
        };
        keep(file, &answer).with_context(|| self.lost(path, &answer))?;
        common.output.show(&without_key(&answer), |it| {
            format!("{} is in {}", self.made(it), path.display())
        })
    }

    async fn ask(&self, client: &Client) -> Result<Value> {
        let role = self
            .access_role
            .to_possible_value()
            .map(|it| it.get_name().to_owned());
        client
            .post(KEYS, &[], &json!({ "name": self.name, "accessRole": role }))
            .await
    }

    fn made(&self, answer: &Value) -> String {
        format!("key {} for {}", output::text(&answer["id"]), self.name)
    }

    fn lost(&self, path: &Path, answer: &Value) -> String {
        let id = output::text(&answer["id"]);
        format!(
            "{} could not be written to {}; run `shipslog key revoke {id}`",
            self.made(answer),
            path.display()
        )
    }
}

/// A file that was not there, for this user only.
fn new_private(path: &Path) -> Result<File> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| {
            format!(
                "cannot make the file {}; choose one that does not exist",
                path.display()
            )
        })
}

fn keep(mut file: File, answer: &Value) -> Result<()> {
    let key = answer["key"].as_str().context("the server's answer has no key")?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    Ok(())
}

fn without_key(answer: &Value) -> Value {
    let mut answer = answer.clone();
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("key");
    }
    answer
}

fn table(items: &Value) -> String {
    let columns = [
        ("ID", "id"),
        ("NAME", "name"),
        ("ACCESS ROLE", "accessRole"),
        ("REVOKED", "revoked"),
        ("CREATED", "createdAt"),
    ];
    output::table(items, &columns)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_written_for_this_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        keep(
            new_private(&path).unwrap(),
            &json!({ "id": "a", "key": "shipslog_abc" }),
        )
        .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "shipslog_abc\n");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "other").unwrap();
        assert!(
            new_private(&path)
                .unwrap_err()
                .to_string()
                .contains("choose one that does not exist")
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "other");
    }

    #[test]
    fn what_is_shown_beside_a_file_holds_no_key() {
        let answer = json!({ "id": "a", "key": "shipslog_abc", "position": 3 });
        assert_eq!(without_key(&answer), json!({ "id": "a", "position": 3 }));
    }

    #[test]
    fn access_roles_are_written_as_the_server_knows_them() {
        let names: Vec<String> = AccessRole::value_variants()
            .iter()
            .filter_map(|it| it.to_possible_value().map(|it| it.get_name().to_owned()))
            .collect();
        assert_eq!(names, ["viewer", "deployer", "administrator"]);
    }
}
