//! What may be done in a cluster, and what each call of a step needs of it.
//!
//! The host decides by this, a step's `check` names its rights by this, and its tests hold the one against the other. So
//! it stands here once, without dependencies, for the host's machine and for WebAssembly alike.
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod kind;
mod need;
pub mod needs;
mod objects;
pub mod pattern;
mod verb;
pub mod workload;

pub use need::Need;
pub use objects::Objects;
pub use verb::Verb;
