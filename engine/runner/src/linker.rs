//! What a store holds, and which host functions its guest can call.

use std::sync::Arc;

use wasmtime::component::Linker;

use crate::host::{
    clock, context, kubernetes, log, milestones, outputs, progress, random, secrets, variables,
};
use crate::run::{MemoryLimit, Run};

/// What lies in the store beside the guest: how much memory it has, and the run that its calls are of.
pub(crate) struct StoreData {
    pub(crate) memory: MemoryLimit,
    pub(crate) run: Arc<Run>,
}

/// The host functions of the world, and nothing else.
pub(crate) fn add_to_linker(linker: &mut Linker<StoreData>) -> wasmtime::Result<()> {
    context::add_to_linker(linker, |it: &mut StoreData| context::Context { run: &it.run })?;
    kubernetes::add_to_linker(linker, |it: &mut StoreData| kubernetes::Kubernetes {
        run: &it.run,
    })?;
    log::add_to_linker(linker, |it: &mut StoreData| log::Log { run: &it.run })?;
    progress::add_to_linker(linker, |it: &mut StoreData| progress::Progress { run: &it.run })?;
    outputs::add_to_linker(linker, |it: &mut StoreData| outputs::Outputs { run: &it.run })?;
    milestones::add_to_linker(linker, |it: &mut StoreData| milestones::Milestones {
        run: &it.run,
    })?;
    variables::add_to_linker(linker, |it: &mut StoreData| variables::Variables { run: &it.run })?;
    secrets::add_to_linker(linker, |it: &mut StoreData| secrets::Secrets { run: &it.run })?;
    clock::add_to_linker(linker, |it: &mut StoreData| clock::Clock { run: &it.run })?;
    random::add_to_linker(linker, |it: &mut StoreData| random::Random { run: &it.run })
}
