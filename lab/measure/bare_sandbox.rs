//! The bare sandbox: wasmtime as the engine configures it, and host functions that only answer.

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use crate::attempt;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../step-sdk/wit",
        world: "step",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

use bindings::StepPre;
use bindings::shipslog::step::kubernetes::Error;
use bindings::shipslog::step::types::ObjectReference;

/// A step, ready to be started.
pub(crate) struct Bare {
    engine: Engine,
    step: StepPre<()>,
}

impl Bare {
    pub(crate) fn new(engine: &Engine, component: &[u8]) -> Result<Self> {
        let step = prepare(engine, component).map_err(failed)?;
        Ok(Self {
            engine: engine.clone(),
            step,
        })
    }

    /// Once through: a store, an instance, `run`.
    pub(crate) async fn run(&self) -> Result<()> {
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let step = self.step.instantiate_async(&mut store).await.map_err(failed)?;
        let answer = step.call_run(&mut store, &r#"{"text":"hello"}"#.to_owned()).await;
        let answer = answer.map_err(failed)?;
        ensure!(answer.is_ok(), "a step of the bench ended otherwise: {answer:?}");
        Ok(())
    }
}

/// Configured as the engine's own, its epoch advancing as there.
pub(crate) fn engine() -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(272)
        .total_core_instances(272 * 4)
        .total_memories(272)
        .total_tables(272 * 4)
        .total_stacks(272)
        .max_memory_size(64 << 20);
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_features(wasmtime::WasmFeatures::THREADS, false)
        .concurrency_support(false)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).map_err(failed)?;
    let weak = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    Ok(engine)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn failed(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:#}")
}

fn prepare(engine: &Engine, component: &[u8]) -> wasmtime::Result<StepPre<()>> {
    let linker = linker(engine)?;
    StepPre::new(linker.instantiate_pre(&Component::new(engine, component)?)?)
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker
        .instance("shipslog:step/context@0.1.0")?
        .func_wrap_async("attempt", |_, (): ()| Box::new(async { Ok((1_u32,)) }))?;
    linker
        .instance("shipslog:step/clock@0.1.0")?
        .func_wrap_async("now", |_, (): ()| {
            Box::new(async { Ok((1_700_000_000_000_u64,)) })
        })?;
    let page = attempt::page();
    linker
        .instance("shipslog:step/kubernetes@0.1.0")?
        .func_wrap_async("get", move |_, (_,): (ObjectReference,)| {
            let page = page.clone();
            Box::new(async move { Ok((Ok::<String, Error>(page.to_string()),)) })
        })?;
    Ok(linker)
}
