//! Saying what is wrong with a log, and where.

use shipslog_events::ids::Position;

use crate::verified::{Broken, Damage};

/// What went wrong while reading, as damage of the event at `position`.
pub(super) fn unreadable<E: ToString>(position: i64) -> impl Fn(E) -> Broken {
    move |error| broken(position, Damage::Unreadable(error.to_string()))
}

pub(super) fn broken(position: i64, what: Damage) -> Broken {
    Broken {
        position: Position(position.cast_unsigned()),
        what,
    }
}
