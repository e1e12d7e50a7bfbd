//! Sealing at the edge: secrets in documents become handles before anything else sees them.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use shipslog_domain::document::{Document, Key};
use shipslog_domain::schema::Problem;
use shipslog_events::SealedValue;
use shipslog_events::ids::Handle;
use shipslog_sealing::find_handles;

use super::Error;
use crate::secrets::Secrets;

/// Replaces every secret by a handle, and answers with the values newly sealed. A secret that is as it was keeps its
/// handle, so that applying the same documents again changes nothing.
pub(super) async fn seal(
    secrets: &Secrets,
    documents: &mut [Document],
    current: &BTreeMap<Key, Document>,
) -> Result<Vec<SealedValue>, Error> {
    let mut sealed = Vec::new();
    for document in documents {
        let key = document.key();
        let known: BTreeMap<String, String> = match current.get(&key) {
            Some(before) => before
                .clone()
                .secrets_mut()
                .into_iter()
                .map(|(path, handle)| (path, handle.clone()))
                .collect(),
            None => BTreeMap::new(),
        };
        for (path, secret) in document.secrets_mut() {
            if known.values().any(|it| it == secret) {
                continue;
            }
            if !find_handles(secret).is_empty() {
                let message =
                    "this is a handle of something else; give the value itself, by file or environment";
                return Err(Error::Invalid(vec![Problem::new(
                    format!("{} {}: {path}", key.0, key.1),
                    message,
                )]));
            }
            let value = SecretString::from(std::mem::take(secret));
            *secret = match known.get(&path) {
                Some(handle) if is(secrets, handle, &value).await? => handle.clone(),
                Some(_) | None => {
                    let fresh = secrets.seal(&value).map_err(Error::internal)?;
                    let handle = fresh.handle.to_string();
                    sealed.push(fresh);
                    handle
                }
            };
        }
    }
    Ok(sealed)
}

async fn is(secrets: &Secrets, handle: &str, value: &SecretString) -> Result<bool, Error> {
    let handle = Handle::new(handle);
    let known = secrets.open(&handle).await?;
    Ok(known.is_some_and(|it| it.expose_secret() == value.expose_secret()))
}
