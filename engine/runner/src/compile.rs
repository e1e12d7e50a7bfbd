//! From a component's bytes to something that can be started: one engine, compiled once, kept on disk.

mod cache;
mod compiler;
mod effort;
mod engine;
mod form;
mod places;
mod refusal;

pub(crate) use compiler::{Compiler, Prepared};
pub(crate) use engine::start as start_engine;
