//! Out of the vault: values into texts on their way to the cluster.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use shipslog_events::ids::Handle;
use shipslog_sealing::{find_handles, replace_handles};

use super::known::bytes_of;
use super::{Misuse, Refused, Vault};
use crate::ports::SecretStoreError;

/// The largest text that values are put into.
const LARGEST: usize = 1 << 20;

impl Vault {
    /// Puts the values in. The answer is for the API server, never for the guest.
    pub(crate) async fn fill(&self, text: &str) -> Result<SecretString, Refused> {
        if text.len() > LARGEST {
            let misuse = Misuse("it put sensitive values into a text of more than 1 MiB");
            return Err(Refused::Failed(misuse.into()));
        }
        let mut values = BTreeMap::new();
        for handle in find_handles(text) {
            if self.is_binary(&handle) {
                return Err(Refused::NotText);
            }
            let value = self.open(&handle).await?;
            values.insert(handle, value);
        }
        let filled = replace_handles(text, |it| {
            values.get(it).map(|value| value.expose_secret().to_owned())
        });
        Ok(SecretString::from(filled))
    }

    /// What the whole handle stands for.
    pub(crate) async fn bytes(&self, handle: &Handle) -> Result<Vec<u8>, Refused> {
        let value = self.open(handle).await?;
        bytes_of(&value, self.is_binary(handle)).map_err(Refused::Failed)
    }

    async fn open(&self, handle: &Handle) -> Result<SecretString, Refused> {
        if !self.is_known(handle) {
            return Err(Refused::NotGiven);
        }
        match self.store.open(handle).await {
            Ok(value) => {
                self.hide(handle, &value).map_err(Refused::Failed)?;
                Ok(value)
            }
            Err(SecretStoreError::Unknown) => Err(Refused::NotGiven),
            Err(error @ SecretStoreError::Failed(_)) => Err(Refused::Failed(error.into())),
        }
    }
}
