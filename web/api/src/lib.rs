//! The types of Shipslog's HTTP API, one file a resource, and where each is: the server answers with them at these
//! addresses, the command line asks there and reads them.
//!
//! Ids and words that the vocabulary has are its own types; whatever stands on the wire in another form is a type of
//! this crate. Every word of a fixed list is an enum. Reading is strict in words and lenient in fields: a field that is
//! news is passed over, a word that is news is an error, because whoever does not know a status can neither order it
//! nor tell whether it is an end. Nothing here decides, and nothing here knows a server or a client.
#![deny(missing_docs)]

pub mod address;
pub mod audit;
pub mod changes;
pub mod components;
pub mod configuration;
pub mod deployments;
mod done;
pub mod events;
pub mod feeds;
pub mod health;
pub mod journals;
pub mod keys;
pub mod log;
pub mod paging;
pub mod problem;
pub mod progression;
pub mod releases;
mod schema;
#[cfg(test)]
mod testing;
mod text;
mod words;

pub use address::Address;
pub use done::Done;
pub use paging::Page;
pub use problem::Problem;

/// The patterns of all addresses of the API.
pub fn patterns() -> impl Iterator<Item = &'static str> {
    let all = [
        audit::PATTERNS,
        changes::PATTERNS,
        components::PATTERNS,
        configuration::PATTERNS,
        deployments::PATTERNS,
        events::PATTERNS,
        feeds::PATTERNS,
        health::PATTERNS,
        journals::PATTERNS,
        keys::PATTERNS,
        log::PATTERNS,
        progression::PATTERNS,
        releases::PATTERNS,
    ];
    all.into_iter().flatten().copied()
}
