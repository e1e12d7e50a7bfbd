//! Commands through a whole engine in a directory of its own.

mod applying;
mod components;
mod deploying;
mod keys;
mod secrets;

use shipslog_test_support::documents::{project, surroundings, target};

use super::*;
use crate::testing::house::{House, by};

/// The stable word and the sentence of a refusal.
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (&'static str, String) {
    match answer.unwrap_err() {
        Error::Refused { code, sentence } => (code, sentence),
        other => panic!("{other:?} is no refusal by the rules"),
    }
}

fn head(house: &House) -> Position {
    *house.engine.tools.store.events.head().borrow()
}
