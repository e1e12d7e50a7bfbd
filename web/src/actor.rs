//! How an actor and its source are shown.

use serde::Serialize;
use shipslog_events::Actor;
use utoipa::ToSchema;

/// From where a command came: nothing for the driver's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Source {
    /// Public id of the API key used.
    pub(crate) key: Option<String>,
    /// The peer's address.
    pub(crate) address: Option<String>,
}

/// The name of a key, or `driver` or `server`.
pub(crate) fn name(actor: &Actor) -> String {
    match actor {
        Actor::Key(name) => name.clone(),
        Actor::Driver => "driver".to_owned(),
        Actor::Server => "server".to_owned(),
    }
}

impl From<shipslog_events::Source> for Source {
    fn from(source: shipslog_events::Source) -> Self {
        Self {
            key: source.key.map(|it| it.to_string()),
            address: source.address,
        }
    }
}
