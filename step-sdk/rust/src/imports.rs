//! The host's functions: the component's imports, or natively the test host.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::shipslog::step::{
    clock, context, kubernetes, log, milestones, outputs, progress, random, secrets, variables,
};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::testing::imports::{
    clock, context, kubernetes, log, milestones, outputs, progress, random, secrets, variables,
};
