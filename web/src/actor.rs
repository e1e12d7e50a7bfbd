//! How an actor and its source are shown.

use shipslog_api::events::Source;
use shipslog_events::Actor;

/// The name of a key, or `driver` or `server`.
pub(crate) fn name(actor: &Actor) -> String {
    match actor {
        Actor::Key(name) => name.clone(),
        Actor::Driver => "driver".to_owned(),
        Actor::Server => "server".to_owned(),
    }
}

/// From where a command came.
pub(crate) fn source(source: shipslog_events::Source) -> Source {
    Source {
        key: source.key,
        address: source.address,
    }
}
