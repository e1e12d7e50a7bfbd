//! What a step can call: a file an interface of the contract.

pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod kubernetes;
pub(crate) mod log;
pub(crate) mod milestones;
pub(crate) mod outputs;
pub(crate) mod progress;
pub(crate) mod random;
pub(crate) mod secrets;
pub(crate) mod variables;
