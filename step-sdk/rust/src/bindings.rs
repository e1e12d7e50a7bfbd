//! What the contract's WIT says, as Rust. Steps use the modules around it; this one is public for [`export!`](crate::export).
#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::same_length_and_capacity,
    reason = "generated: the component model's ABI is raw memory"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "step",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "shipslog_step::bindings",
});
