//! API keys: made, revoked, recognised.

use std::fs::{File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use shipslog_domain::access::{self, Command};
use shipslog_events::event::access::AccessRole;
use shipslog_events::ids::{KeyId, Position};
use shipslog_events::{Actor, Source, Stream};
use shipslog_log::Expected;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{By, Commands, Error, Identity, NewKey, stream};

/// The first administrator's key in the data directory.
pub(crate) const FIRST_KEY_FILE: &str = "admin.key";

const PRIVATE: u32 = 0o600;

impl Commands {
    /// Makes an API key. It is shown this once; only its digest is kept.
    pub async fn create_key(&self, by: &By, name: String, access_role: AccessRole) -> Result<NewKey, Error> {
        let key = random_key()?;
        let id = random_id()?;
        let by = by.shown_a_secret();
        let position = self.create(&by, &id, &key, name, access_role).await?;
        Ok(NewKey { id, key, position })
    }

    /// Lets a key open nothing any more.
    pub async fn revoke_key(&self, by: &By, key: KeyId) -> Result<Position, Error> {
        self.access_command(by, Command::Revoke { key }).await
    }

    /// Whose key this is, if it opens anything.
    pub async fn authenticate(&self, key: &str) -> Result<Option<Identity>, Error> {
        let digest = digest(key);
        let access = self.accesses.load().await?;
        let found = access
            .state
            .in_use()
            .find(|(_, it)| it.digest.as_bytes().ct_eq(digest.as_bytes()).into());
        Ok(found.map(|(id, it)| Identity {
            key: id.clone(),
            name: it.name.clone(),
            access_role: it.access_role,
        }))
    }

    /// Whether a key still opens anything.
    pub async fn opens(&self, key: &KeyId) -> Result<bool, Error> {
        let access = self.accesses.load().await?;
        Ok(access.state.in_use().any(|(id, _)| id == key))
    }

    /// Makes the first administrator's key where there is none, and answers with its file. The file is durable before the
    /// key exists, so that no crash leaves a key that nobody holds.
    pub(crate) async fn first_key(&self, data_dir: &Path) -> Result<Option<PathBuf>, Error> {
        if self.accesses.load().await?.state.all().next().is_some() {
            return Ok(None);
        }
        let key = random_key()?;
        let path = data_dir.join(FIRST_KEY_FILE);
        write_private(&path, key.expose_secret())
            .map_err(|error| Error::Internal(format!("cannot write {}: {error}", path.display())))?;
        let by = By {
            actor: Actor::Server,
            source: Source::default(),
            correlation: Uuid::now_v7(),
            reason: None,
            once: None,
        };
        self.create(
            &by,
            &random_id()?,
            &key,
            "administrator".to_owned(),
            AccessRole::Administrator,
        )
        .await?;
        Ok(Some(path))
    }

    async fn create(
        &self,
        by: &By,
        id: &KeyId,
        key: &SecretString,
        name: String,
        access_role: AccessRole,
    ) -> Result<Position, Error> {
        let digest = digest(key.expose_secret());
        self.access_command(
            by,
            Command::Create {
                key: id.clone(),
                name,
                access_role,
                digest,
            },
        )
        .await
    }

    async fn access_command(&self, by: &By, command: Command) -> Result<Position, Error> {
        let decide = || async {
            let access = self.accesses.load().await?;
            let events =
                access::decide(&access.state, command.clone()).map_err(|it| Error::refused(it.code(), it))?;
            let append = (!events.is_empty()).then(|| {
                let to = Expected::Version(access.version);
                by.append(vec![stream(Stream::Access, to, events)])
            });
            Ok((append, ()))
        };
        Ok(self.transact(by, decide).await?.1)
    }
}

fn random_key() -> Result<SecretString, Error> {
    Ok(SecretString::from(format!("shipslog_{}", random_text::<32>()?)))
}

fn random_id() -> Result<KeyId, Error> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(KeyId::new(hex::encode(bytes)))
}

fn random_text<const BYTES: usize>() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn digest(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// Durable, its name in the directory too; only the owner may read it, also where the file was there before.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(PRIVATE)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}
