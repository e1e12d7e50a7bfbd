//! What `cargo xtask` and the tasks that it hands over to both know: the long commands, and what is told from one to the
//! other.

pub mod commands;
pub mod handover;
