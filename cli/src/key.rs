//! `shipslog key`: API keys.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use shipslog_api::keys::{CreateKey, KEY, KEYS, Key, KeyCreated, KeyRevoked};
use shipslog_events::event::access;
use shipslog_events::ids::{KeyId, Position};

use crate::answer::Answer;
use crate::asking::{Asking, Why};
use crate::client::{Client, Error, Query};
use crate::common::Common;
use crate::exit::{Exit, wrong};
use crate::moment::moment;
use crate::output::{self, Column, Format, Row};

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
    #[command(flatten)]
    asking: Asking,
}

/// Lets an API key open nothing any more.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key's id, as `shipslog key list` shows it.
    id: String,
    #[command(flatten)]
    why: Why,
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

impl KeyVerb {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        match self {
            Self::Create(create) => create.run(common).await?,
            Self::List => {
                let keys = common
                    .client()?
                    .list(&KEYS.of([]), &Query::NONE, usize::MAX)
                    .await?;
                common.output.show(&keys, |it: &Vec<Key>| output::table(it))?;
            }
            Self::Revoke(Revoke { id, why }) => {
                let answer = common
                    .client()?
                    .delete::<KeyRevoked>(&KEY.of([&id]), &why.query())
                    .await?;
                common
                    .output
                    .show(&answer, |_: &KeyRevoked| format!("{id} opens nothing any more"))?;
            }
        }
        Ok(Exit::Succeeded)
    }
}

/// What must not be lost of a key that was made, whatever else a server says of it.
#[derive(Deserialize)]
struct Made {
    id: KeyId,
    key: String,
}

/// What is said of a key that lies in a file.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: KeyId,
    position: Position,
}

impl Create {
    async fn run(self, common: &Common) -> Result<()> {
        let client = common.client()?;
        let Some(path) = &self.out else {
            let answer = self.ask(&client).await?;
            if common.output == Format::Table {
                let created: KeyCreated = answer.read()?;
                anstream::eprintln!("{}; it is shown this once", self.made(&created.id));
            }
            return common.output.show(&answer, |it: &KeyCreated| it.key.clone());
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
        let made: Made = answer.read()?;
        keep(file, &made.key).with_context(|| self.lost(path, &made.id))?;
        let created: KeyCreated = answer.read()?;
        let kept = Answer::of(&Kept::from(created));
        common.output.show(&kept, |it: &Kept| {
            format!("{} is in {}", self.made(&it.id), path.display())
        })
    }

    async fn ask(&self, client: &Client) -> Result<Answer> {
        let asked = CreateKey {
            name: self.name.clone(),
            access_role: self.access_role.into(),
        };
        let answer = client
            .post::<KeyCreated>(&KEYS.of([]), &self.asking, &asked)
            .await;
        answer.map_err(|error| match error.downcast_ref() {
            Some(Error::Unknown { .. }) => error.context(format!(
                "a key for {} may have been made that nobody has: look with `shipslog key list`, and take it back with \
                 `shipslog key revoke`",
                self.name
            )),
            Some(_) | None => error,
        })
    }

    fn made(&self, id: &KeyId) -> String {
        format!("key {id} for {}", self.name)
    }

    fn lost(&self, path: &Path, id: &KeyId) -> String {
        format!(
            "{} could not be written to {}; run `shipslog key revoke {id}`",
            self.made(id),
            path.display()
        )
    }
}

impl From<KeyCreated> for Kept {
    fn from(created: KeyCreated) -> Self {
        Self {
            id: created.id,
            position: created.position,
        }
    }
}

impl From<AccessRole> for access::AccessRole {
    fn from(role: AccessRole) -> Self {
        match role {
            AccessRole::Viewer => Self::Viewer,
            AccessRole::Deployer => Self::Deployer,
            AccessRole::Administrator => Self::Administrator,
        }
    }
}

impl Row for Key {
    const COLUMNS: &'static [Column<Self>] = &[
        ("ID", |it| it.id.to_string()),
        ("NAME", |it| it.name.clone()),
        ("ACCESS ROLE", |it| it.access_role.to_string()),
        ("REVOKED", |it| it.revoked.to_string()),
        ("CREATED", |it| moment(it.created_at)),
    ];
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

fn keep(mut file: File, key: &str) -> Result<()> {
    writeln!(file, "{key}")?;
    file.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_written_for_this_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        keep(new_private(&path).unwrap(), "shipslog_abc").unwrap();
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
        let created = KeyCreated {
            id: "a".into(),
            key: "shipslog_abc".to_owned(),
            position: Position(3),
        };
        let kept = Answer::of(&Kept::from(created));
        assert_eq!(*kept.said(), json!({ "id": "a", "position": 3 }));
    }

    #[test]
    fn access_roles_are_written_as_the_server_knows_them() {
        for role in AccessRole::value_variants() {
            let typed = role.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), access::AccessRole::from(*role).to_string());
        }
    }
}
