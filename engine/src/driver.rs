//! Folds open deployments, runs what is due, records what happened: the only place that acts.

mod live;

pub use live::{Live, LiveState};
