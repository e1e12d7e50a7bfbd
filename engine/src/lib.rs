//! Decides, drives and carries out deployments.
//!
//! `domain` is pure. Around it, one module per outside thing: `cluster` (Kubernetes), `runner` (WebAssembly), `feed`
//! (image registries), `sealing` (secrets), `views` (read models). The `driver` joins them and is the only part that acts.

pub mod cluster;
mod clusters;
pub mod commands;
pub mod components;
pub mod domain;
pub mod driver;
pub mod engine;
pub mod feed;
pub mod journals;
mod load;
pub mod runner;
pub mod sealing;
#[cfg(test)]
mod testing;
pub mod views;

pub use engine::Engine;
