//! From bytes to something that can be started: compiled once, off the async threads, a few at a time.
//!
//! A compile cannot be interrupted, so it may not be everybody's: components that could take long leave a place free for
//! those that cannot, they compute on threads of their own, and who waits gives up after a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use shipslog_events::ids::ComponentDigest;
use tokio::sync::OnceCell;
use wasmtime::Engine;
use wasmtime::component::{Component as Compiled, Linker};

use super::cache::Cache;
use super::effort::{self, Effort};
use super::form::check_form;
use super::places::Places;
use super::refusal::not_a_step;
use crate::bindings::StepPre;
use crate::component::{Component, Description, Errored};
use crate::config::RunnerConfig;
use crate::linker::{StoreData, add_to_linker};
use crate::run::MemoryLimit;

/// A component of the world, ready to be started.
pub(crate) struct Prepared {
    /// For `describe` and `check`: every import ends it.
    pub(crate) asking: StepPre<MemoryLimit>,
    /// For `run`: it has the host functions.
    pub(crate) running: StepPre<StoreData>,
    pub(crate) description: OnceCell<Arc<Description>>,
}

/// Where components are prepared, and kept once they are.
pub(crate) struct Compiler {
    engine: Engine,
    linker: Linker<StoreData>,
    cache: Cache,
    places: Places,
    largest: usize,
    patience: Duration,
    compiling: Mutex<BTreeMap<ComponentDigest, Compiling>>,
    prepared: Mutex<BTreeMap<ComponentDigest, Arc<OnceCell<Arc<Prepared>>>>>,
}

/// One compile, for all who wait for it and for those who ask again.
type Compiling = Shared<BoxFuture<'static, Result<Compiled, Errored>>>;

impl Compiler {
    pub(crate) fn new(engine: &Engine, config: &RunnerConfig) -> Result<Self, Errored> {
        let mut linker = Linker::new(engine);
        add_to_linker(&mut linker)
            .map_err(|error| Errored(format!("the host functions do not fit: {error}")))?;
        Ok(Self {
            engine: engine.clone(),
            linker,
            cache: Cache::open(&config.cache_dir, engine)?,
            places: Places::new(config.concurrent_compiles),
            largest: config.component_limit,
            patience: config.compile_patience,
            compiling: Mutex::default(),
            prepared: Mutex::default(),
        })
    }

    /// Those who ask for the same component at once wait for one compile. A failure is not remembered.
    pub(crate) async fn prepare(&self, component: &Component) -> Result<Arc<Prepared>, Errored> {
        let cell = {
            let mut prepared = self.prepared.lock();
            Arc::clone(prepared.entry(component.digest().clone()).or_default())
        };
        let made = tokio::time::timeout(self.patience, cell.get_or_try_init(|| self.make(component))).await;
        made.unwrap_or_else(|_elapsed| Err(self.too_slow())).cloned()
    }

    fn too_slow(&self) -> Errored {
        Errored(format!(
            "the component was not compiled within {} s, and compiles on; try again later, or make it smaller",
            self.patience.as_secs_f32()
        ))
    }

    async fn make(&self, component: &Component) -> Result<Arc<Prepared>, Errored> {
        check_form(component.bytes(), self.largest)?;
        let compiled = self.compile(component).await?;
        let refused = |error| not_a_step(&error);
        self.only_imports_of_the_world(&compiled)?;
        let running = self
            .linker
            .instantiate_pre(&compiled)
            .and_then(StepPre::new)
            .map_err(refused)?;
        let mut silent: Linker<MemoryLimit> = Linker::new(&self.engine);
        silent
            .define_unknown_imports_as_traps(&compiled)
            .map_err(refused)?;
        let asking = silent
            .instantiate_pre(&compiled)
            .and_then(StepPre::new)
            .map_err(refused)?;
        Ok(Arc::new(Prepared {
            asking,
            running,
            description: OnceCell::new(),
        }))
    }

    /// Joins the compile that is under way, or begins it.
    async fn compile(&self, component: &Component) -> Result<Compiled, Errored> {
        let digest = component.digest();
        let compiling = {
            let mut all = self.compiling.lock();
            all.entry(digest.clone())
                .or_insert_with(|| self.begin(component.clone()))
                .clone()
        };
        let compiled = compiling.await;
        let mut all = self.compiling.lock();
        all.remove(digest);
        compiled
    }

    /// A task of its own: it goes on also when nobody waits for it any more.
    fn begin(&self, component: Component) -> Compiling {
        let (engine, cache, places) = (self.engine.clone(), self.cache.clone(), self.places.clone());
        let task = tokio::spawn(async move {
            let (kept, same, on) = (cache.clone(), component.clone(), engine.clone());
            // What was compiled before waits for nobody.
            let looked = off_the_async_threads(move || {
                let effort = effort::of(same.bytes())?;
                Ok((effort, kept.load(same.digest(), &on)))
            });
            let effort = match looked.await? {
                (_, Some(compiled)) => return Ok(compiled),
                (effort, None) => effort,
            };
            let held = places.take(effort).await;
            off_the_async_threads(move || {
                let compiled = compiled(&engine, &cache, &component, effort);
                drop(held);
                compiled
            })
            .await
        });
        let failed = |error| Err(Errored(format!("the component could not be compiled: {error}")));
        async move { task.await.unwrap_or_else(failed) }.boxed().shared()
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

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Errored> + Send + 'static,
) -> Result<T, Errored> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Errored(format!("the component could not be compiled: {error}"))))
}

/// Compiled, and kept for the next start.
fn compiled(
    engine: &Engine,
    cache: &Cache,
    component: &Component,
    effort: Effort,
) -> Result<Compiled, Errored> {
    let compile = || Compiled::new(engine, component.bytes()).map_err(|error| not_a_step(&error));
    let compiled = match effort {
        Effort::Quick => compile(),
        Effort::Long => aside()?.install(compile),
    }?;
    cache.keep(component.digest(), &compiled);
    Ok(compiled)
}

/// Threads for one long compile, half of what there are: quick ones keep theirs.
fn aside() -> Result<rayon::ThreadPool, Errored> {
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get().div_ceil(2));
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|_| "long-compile".to_owned())
        .build()
        .map_err(|error| Errored(format!("the component could not be compiled: {error}")))
}
