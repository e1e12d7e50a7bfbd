//! The one wasmtime engine: the same configuration for every component, whoever wrote it.

use std::hash::{Hash as _, Hasher};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::component::Errored;
use crate::config::{CONCURRENT_QUESTIONS, RunnerConfig};
use crate::run::{CORE_INSTANCES, MEMORIES, TABLES};

/// How often a guest that computes gives others their turn.
const TICK: Duration = Duration::from_millis(1);
/// With the limits of `run::memory_limit`, how large the parts of a component may be.
const TABLE_ELEMENTS: usize = 60_000;
const INSTANCE_SIZE: usize = 16 << 20;

/// One line of the configuration.
type Setting = (&'static str, fn(&mut Config) -> &mut Config);

/// The whole configuration that compiled code depends on, each line with its name. Wasmtime's own check of foreign files
/// does not look at all of it, so the names are part of what a compiled component must match.
const SETTINGS: [Setting; 9] = [
    ("epochs", |it| it.epoch_interruption(true)),
    ("NaNs canonicalized", |it| it.cranelift_nan_canonicalization(true)),
    ("relaxed SIMD deterministic", |it| {
        it.relaxed_simd_deterministic(true)
    }),
    ("no threads", |it| {
        it.wasm_features(wasmtime::WasmFeatures::THREADS, false)
    }),
    ("no 64-bit memories", |it| it.wasm_memory64(false)),
    ("no concurrency inside a component", |it| {
        it.concurrency_support(false)
    }),
    ("compiled in parallel", |it| it.parallel_compilation(true)),
    ("512 KiB of stack for wasm", |it| it.max_wasm_stack(512 << 10)),
    ("2 MiB of stack in all", |it| it.async_stack_size(2 << 20)),
];

/// An engine whose epoch advances as long as it lives.
pub(crate) fn start(config: &RunnerConfig) -> Result<Engine, Errored> {
    let engine = match Engine::new(&configuration(Some(pool(config)))) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::warn!(%error, "no address space for a pool of sandboxes; making each when it is needed");
            Engine::new(&configuration(None))
                .map_err(|error| Errored(format!("the sandbox cannot start: {error}")))?
        }
    };
    tick(&engine)?;
    Ok(engine)
}

/// What a compiled component must match to be run by this engine, as hex.
pub(crate) fn fingerprint(engine: &Engine) -> String {
    let mut hasher = Feed(
        Sha256::new()
            .chain_update(std::env::consts::ARCH)
            .chain_update(std::env::consts::OS),
    );
    for (name, _) in SETTINGS {
        hasher.0.update(name);
        hasher.0.update([0]);
    }
    // Holds wasmtime's version, the target, compiler flags and memory layout.
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hex::encode(hasher.0.finalize())
}

fn configuration(pool: Option<PoolingAllocationConfig>) -> Config {
    let mut config = Config::new();
    for (_, set) in SETTINGS {
        set(&mut config);
    }
    if let Some(pool) = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

fn pool(config: &RunnerConfig) -> PoolingAllocationConfig {
    let sandboxes = config.concurrent_runs.saturating_add(CONCURRENT_QUESTIONS);
    let mut pool = PoolingAllocationConfig::new();
    // Enough for the largest component in every place: none can take another's.
    pool.total_component_instances(sandboxes)
        .total_core_instances(sandboxes.saturating_mul(CORE_INSTANCES))
        .total_memories(sandboxes.saturating_mul(MEMORIES))
        .total_tables(sandboxes.saturating_mul(TABLES))
        .total_stacks(sandboxes)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_core_instance_size(INSTANCE_SIZE)
        .max_memory_size(config.memory_limit.max(1 << 16));
    pool
}

/// The thread ends with the engine.
fn tick(engine: &Engine) -> Result<(), Errored> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("sandbox-ticker".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map(drop)
        .map_err(|error| Errored(format!("the sandbox's ticker cannot start: {error}")))
}

/// Lets `Hash` feed a digest that is the same in every process.
struct Feed(Sha256);

impl Hasher for Feed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
