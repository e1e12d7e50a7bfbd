//! From bytes to something that can be started: compiled once, off the async threads, a few at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shipslog_events::ids::ComponentDigest;
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::Engine;
use wasmtime::component::{Component as Compiled, Linker};

use super::bindings::StepPre;
use super::cache::Cache;
use super::description::Description;
use super::ended::Errored;
use super::limits::Limits;
use super::run::{self, Host};
use super::{RunnerConfig, words};
use crate::components::Component;

/// A component of the world, ready to be started.
pub(super) struct Prepared {
    /// For `describe` and `check`: every import ends it.
    pub(super) asking: StepPre<Limits>,
    /// For `run`.
    pub(super) running: StepPre<Host>,
    pub(super) description: OnceCell<Arc<Description>>,
}

/// Where components are prepared, and kept once they are.
pub(super) struct Workshop {
    engine: Engine,
    linker: Linker<Host>,
    cache: Cache,
    compiles: Arc<Semaphore>,
    largest: usize,
    prepared: Mutex<BTreeMap<ComponentDigest, Arc<OnceCell<Arc<Prepared>>>>>,
}

impl Workshop {
    pub(super) fn new(engine: &Engine, config: &RunnerConfig) -> Result<Self, Errored> {
        let mut linker = Linker::new(engine);
        run::add_to_linker(&mut linker)
            .map_err(|error| Errored(format!("the host functions do not fit: {error}")))?;
        Ok(Self {
            engine: engine.clone(),
            linker,
            cache: Cache::open(&config.cache_dir, engine)?,
            compiles: Arc::new(Semaphore::new(config.concurrent_compiles.max(1))),
            largest: config.component_limit,
            prepared: Mutex::default(),
        })
    }

    /// Those who ask for the same component at once wait for one compile. A failure is not remembered.
    pub(super) async fn prepare(&self, component: &Component) -> Result<Arc<Prepared>, Errored> {
        let cell = {
            let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(prepared.entry(component.digest().clone()).or_default())
        };
        cell.get_or_try_init(|| self.make(component)).await.cloned()
    }

    async fn make(&self, component: &Component) -> Result<Arc<Prepared>, Errored> {
        let form = check_form(component.bytes(), self.largest)?;
        let compiled = self.compile(component, form).await?;
        let not_a_step = |error| words::not_a_step(&error);
        self.only_imports_of_the_world(&compiled)?;
        let running = self
            .linker
            .instantiate_pre(&compiled)
            .and_then(StepPre::new)
            .map_err(not_a_step)?;
        let mut silent: Linker<Limits> = Linker::new(&self.engine);
        silent
            .define_unknown_imports_as_traps(&compiled)
            .map_err(not_a_step)?;
        let asking = silent
            .instantiate_pre(&compiled)
            .and_then(StepPre::new)
            .map_err(not_a_step)?;
        Ok(Arc::new(Prepared {
            asking,
            running,
            description: OnceCell::new(),
        }))
    }

    async fn compile(&self, component: &Component, Checked: Checked) -> Result<Compiled, Errored> {
        let permit = Arc::clone(&self.compiles).acquire_owned().await;
        let (engine, cache, component) = (self.engine.clone(), self.cache.clone(), component.clone());
        let compiled = tokio::task::spawn_blocking(move || {
            // Held until the compile is over, also when nobody waits for it any more.
            let _permit = permit;
            if let Some(compiled) = cache.load(component.digest(), &engine) {
                return Ok(compiled);
            }
            let compiled =
                Compiled::new(&engine, component.bytes()).map_err(|error| words::not_a_step(&error))?;
            cache.keep(component.digest(), &compiled);
            Ok(compiled)
        });
        compiled
            .await
            .unwrap_or_else(|error| Err(Errored(format!("the component could not be compiled: {error}"))))
    }

    /// The linker would refuse too, in fewer words.
    fn only_imports_of_the_world(&self, compiled: &Compiled) -> Result<(), Errored> {
        let foreign: Vec<String> = compiled
            .component_type()
            .imports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .filter(|name| !name.starts_with("shipslog:step/"))
            .collect();
        if foreign.is_empty() {
            return Ok(());
        }
        Err(Errored(format!(
            "the component imports {}, and a step gets only what the world shipslog:step has; no WASI",
            foreign.join(", ")
        )))
    }
}

struct Checked;

/// What can be said of the bytes before they are compiled.
fn check_form(bytes: &[u8], largest: usize) -> Result<Checked, Errored> {
    if bytes.len() > largest {
        return Err(Errored(format!(
            "the component has {} bytes; at most {largest} are taken",
            bytes.len()
        )));
    }
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(Checked),
        Some([0, b'a', b's', b'm', ..]) => Err(Errored(
            "the bytes are a core WebAssembly module, not a component; make a component of it with the step SDK".to_owned(),
        )),
        Some(_) | None => Err(Errored("the bytes are no WebAssembly component".to_owned())),
    }
}
