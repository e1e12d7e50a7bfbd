//! Who may do what: API keys and their access roles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shipslog_events::event::access::{AccessEvent, AccessRole};
use shipslog_events::ids::KeyId;

use crate::NOT_FOUND;

/// All keys, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    keys: BTreeMap<KeyId, Key>,
}

/// A key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The actor's name in every event made with it.
    pub name: String,
    /// What it may do.
    pub access_role: AccessRole,
    /// Hex SHA-256 of the key.
    pub digest: String,
    /// Whether it opens nothing any more.
    pub revoked: bool,
}

/// What can be asked of `access`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a key.
    Create {
        /// Its public id.
        key: KeyId,
        /// Who holds it.
        name: String,
        /// What it may do.
        access_role: AccessRole,
        /// Hex SHA-256 of the key.
        digest: String,
    },
    /// Let a key open nothing any more.
    Revoke {
        /// Its public id.
        key: KeyId,
    },
}

/// Why a command was turned down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor's name must stay unambiguous.
    #[error("a key named `{0}` exists already; revoke it first or choose another name")]
    NameTaken(String),
    /// A key needs a name that people can read in the audit.
    #[error("`{0}` cannot be a key's name: use 1 to 100 characters without line breaks")]
    Name(String),
    /// In the audit the server's own deeds go by it.
    #[error("`{0}` is how the audit names the server itself; choose another name")]
    Reserved(String),
    /// There is no such key.
    #[error("there is no key {0}; `shipslog key list` shows those there are")]
    Unknown(KeyId),
    /// Somebody must be able to get in.
    #[error("key {0} is the last administrator's; create another administrator's key first")]
    LastAdministrator(KeyId),
}

impl Refusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameTaken(_) => "key-name-taken",
            Self::Name(_) | Self::Reserved(_) => "key-name",
            Self::Unknown(_) => NOT_FOUND,
            Self::LastAdministrator(_) => "last-administrator",
        }
    }
}

/// Actors that are no keys.
const RESERVED: [&str; 2] = ["driver", "server"];

/// The rules of keys.
pub fn decide(access: &Access, command: Command) -> Result<Vec<AccessEvent>, Refusal> {
    match command {
        Command::Create { name, .. }
            if name.is_empty() || name.chars().count() > 100 || name.contains(['\n', '\r']) =>
        {
            Err(Refusal::Name(name))
        }
        Command::Create { name, .. } if RESERVED.contains(&name.as_str()) => Err(Refusal::Reserved(name)),
        Command::Create { name, .. } if access.in_use().any(|(_, it)| it.name == name) => {
            Err(Refusal::NameTaken(name))
        }
        Command::Create {
            key,
            name,
            access_role,
            digest,
        } => Ok(vec![AccessEvent::KeyCreated {
            key,
            name,
            access_role,
            digest,
        }]),
        Command::Revoke { key } => match access.keys.get(&key) {
            None => Err(Refusal::Unknown(key)),
            Some(it) if it.revoked => Ok(Vec::new()),
            Some(it) if it.access_role == AccessRole::Administrator && access.administrators() == 1 => {
                Err(Refusal::LastAdministrator(key))
            }
            Some(_) => Ok(vec![AccessEvent::KeyRevoked { key }]),
        },
    }
}

/// The memory of keys.
#[must_use]
pub fn evolve(mut access: Access, event: &AccessEvent) -> Access {
    let key = key_of(event);
    let after = evolve_one(access.keys.remove(key), event);
    if let Some(after) = after {
        access.keys.insert(key.clone(), after);
    }
    access
}

/// Which key an event is about.
pub fn key_of(event: &AccessEvent) -> &KeyId {
    match event {
        AccessEvent::KeyCreated { key, .. } | AccessEvent::KeyRevoked { key } => key,
    }
}

/// One key's part of `evolve`.
#[must_use]
pub fn evolve_one(key: Option<Key>, event: &AccessEvent) -> Option<Key> {
    match event {
        AccessEvent::KeyCreated {
            name,
            access_role,
            digest,
            ..
        } => Some(Key {
            name: name.clone(),
            access_role: *access_role,
            digest: digest.clone(),
            revoked: false,
        }),
        AccessEvent::KeyRevoked { .. } => key.map(|it| Key { revoked: true, ..it }),
    }
}

impl Access {
    /// All keys, revoked ones too.
    pub fn all(&self) -> impl Iterator<Item = (&KeyId, &Key)> {
        self.keys.iter()
    }

    /// Keys that open something.
    pub fn in_use(&self) -> impl Iterator<Item = (&KeyId, &Key)> {
        self.keys.iter().filter(|(_, it)| !it.revoked)
    }

    fn administrators(&self) -> usize {
        self.in_use()
            .filter(|(_, it)| it.access_role == AccessRole::Administrator)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(key: &str, name: &str, access_role: AccessRole) -> Command {
        Command::Create {
            key: key.into(),
            name: name.into(),
            access_role,
            digest: "00".into(),
        }
    }

    fn given(commands: impl IntoIterator<Item = Command>) -> Access {
        commands.into_iter().fold(Access::default(), |access, command| {
            let events = decide(&access, command).unwrap();
            events.iter().fold(access, evolve)
        })
    }

    #[test]
    fn a_name_in_use_is_not_given_twice_because_the_audit_goes_by_names() {
        let access = given([create("1", "ci", AccessRole::Deployer)]);
        let refusal = decide(&access, create("2", "ci", AccessRole::Viewer)).unwrap_err();
        assert_eq!(refusal, Refusal::NameTaken("ci".into()));
    }

    #[test]
    fn nobody_gets_a_key_under_a_name_of_the_server_itself() {
        for name in ["driver", "server"] {
            let refusal = decide(&Access::default(), create("1", name, AccessRole::Viewer)).unwrap_err();
            assert_eq!(refusal, Refusal::Reserved(name.into()));
        }
    }

    #[test]
    fn the_last_administrator_s_key_cannot_be_revoked() {
        let access = given([
            create("1", "root", AccessRole::Administrator),
            create("2", "ci", AccessRole::Deployer),
        ]);
        let refusal = decide(&access, Command::Revoke { key: "1".into() }).unwrap_err();
        assert_eq!(refusal, Refusal::LastAdministrator("1".into()));
    }

    #[test]
    fn a_revoked_key_opens_nothing_and_frees_its_name() {
        let access = given([
            create("1", "ci", AccessRole::Deployer),
            Command::Revoke { key: "1".into() },
            create("2", "ci", AccessRole::Deployer),
        ]);
        assert_eq!(
            access.in_use().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
            ["2"]
        );
    }

    #[test]
    fn revoking_twice_changes_nothing() {
        let access = given([
            create("1", "ci", AccessRole::Deployer),
            Command::Revoke { key: "1".into() },
        ]);
        assert_eq!(
            decide(&access, Command::Revoke { key: "1".into() }),
            Ok(Vec::new())
        );
    }
}
