//! What joins the parts: commands, the driver, views, feeds, the pool of clusters.
//!
//! The rules are in `shipslog_domain`, Kubernetes in `shipslog_cluster`, the sandbox in `shipslog_runner`, secrets in
//! `shipslog_sealing`. The `driver` is the only part that acts.

mod accesses;
pub mod changes;
mod cluster_pool;
pub mod commands;
mod component_store;
mod configurations;
pub mod driver;
pub mod engine;
pub mod feed;
pub mod journals;
mod load;
mod pauses;
mod secrets;
mod steps;
pub mod story;
#[cfg(test)]
mod testing;
mod transaction;
pub mod views;

pub use engine::Engine;
