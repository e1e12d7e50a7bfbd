//! Write a deployment step for Shipslog: typed inputs, plain calls, `?` for errors.
//!
//! A step is a WebAssembly component that reaches the world only through the host: the target's cluster, within what
//! the step declares, and its own log, progress, outputs and variables.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use serde_json::json;
//! use shipslog_step::kubernetes::{ObjectReference, kubernetes};
//! use shipslog_step::{Capability, Cause, Description, Failure, Step, Verb, log, owner};
//!
//! /// Writes a greeting into a ConfigMap.
//! struct Greet;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Inputs {
//!     /// Whom to greet.
//!     name: String,
//! }
//!
//! impl Step for Greet {
//!     type Inputs = Inputs;
//!
//!     fn describe() -> Description {
//!         Description::new("greet", env!("CARGO_PKG_VERSION"), "Writes a greeting into a ConfigMap")
//!             .may(Capability::new([Verb::Get, Verb::Apply], "", "ConfigMap"))
//!     }
//!
//!     fn check(inputs: &Inputs) -> Result<Vec<Capability>, Vec<Cause>> {
//!         if inputs.name.is_empty() {
//!             return Err(vec![Cause::new("name", "must not be empty")]);
//!         }
//!         Ok(vec![Capability::new([Verb::Get, Verb::Apply], "", "ConfigMap").named("greeting")])
//!     }
//!
//!     fn run(inputs: Inputs) -> Result<(), Failure> {
//!         let mut greeting = json!({
//!             "apiVersion": "v1",
//!             "kind": "ConfigMap",
//!             "metadata": { "name": "greeting" },
//!             "data": { "text": format!("Hello, {}", inputs.name) },
//!         });
//!         owner::mark(&mut greeting);
//!         if let Some(existing) = kubernetes().find(&ObjectReference::of(&greeting)?)? {
//!             owner::claim(&existing, false)?;
//!         }
//!         if !kubernetes().apply(&greeting)?.changed {
//!             log::info("nothing changed");
//!         }
//!         Ok(())
//!     }
//! }
//!
//! shipslog_step::export!(Greet);
//!
//! # fn main() {
//! let host = shipslog_step::testing::Host::new();
//! host.run::<Greet>(&json!({ "name": "world" })).unwrap();
//! assert_eq!(host.object("ConfigMap", "greeting").unwrap()["data"]["text"], "Hello, world");
//!
//! let failure = host.run::<Greet>(&json!({ "nam": "world" })).unwrap_err();
//! assert!(failure.to_string().contains("nam: unknown field `nam`"), "{failure}");
//! # }
//! ```
//!
//! Natively (in unit tests) the host is [`testing::Host`]; without one every call panics.
#![deny(missing_docs)]

#[doc(hidden)]
pub mod bindings;
mod capability;
mod cause;
pub mod clock;
pub mod context;
mod description;
mod export;
mod failure;
mod imports;
mod inputs;
pub mod kubernetes;
pub mod log;
pub mod milestones;
pub mod names;
pub mod outputs;
pub mod owner;
pub mod progress;
pub mod random;
mod schema;
pub mod secrets;
mod step;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod variables;

pub use capability::{Capability, Need, Verb};
pub use cause::Cause;
pub use description::{Description, Milestone, Output};
#[doc(hidden)]
pub use export::Exported;
pub use failure::Failure;
pub use schema::schema;
pub use step::Step;

/// Makes a type that implements [`Step`] the component's step. Once in a crate, whose `crate-type` holds `cdylib`.
///
/// Natively it does nothing, so that several steps fit into one program.
#[macro_export]
macro_rules! export {
    ($step:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[expect(unsafe_code, reason = "the component model's exports are symbols of fixed names")]
        mod exported_step {
            use super::*;
            type Component = $crate::Exported<$step>;
            $crate::bindings::export_bindings!(Component with_types_in $crate::bindings);
        }
    };
}
