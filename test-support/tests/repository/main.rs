//! What pages, arrows and lists of the repository say, held against what is there.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the repository or ask Cargo has failed"
)]

mod arrows;
mod bans;
mod circles;
mod events;
mod needed;
mod pages;
