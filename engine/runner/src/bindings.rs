//! What the contract's WIT says, as Rust. Host functions may wait and may trap; a trap is our failure, never the guest's.

wasmtime::component::bindgen!({
    path: "../../step-sdk/wit",
    world: "step",
    imports: { default: async | trappable },
    exports: { default: async },
    additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
});
