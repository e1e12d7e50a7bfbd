//! What may be done in a cluster, what each call of a step needs of it, and what else host and steps must know alike.
//!
//! The host decides by this, a step's `check` names its rights by this, and its tests hold the one against the other. So
//! it stands here once, without dependencies, for the host's machine and for WebAssembly alike. What cannot stand here
//! are the things that calls take and answer: the contract's WIT has them, and each side has types of its own for them,
//! made by its bindings or beside those.
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod kind;
pub mod marks;
mod need;
pub mod needs;
mod objects;
pub mod pattern;
mod verb;
pub mod words;
pub mod workload;

pub use need::Need;
pub use objects::Objects;
pub use verb::Verb;
