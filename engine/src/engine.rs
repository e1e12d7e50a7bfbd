//! The whole engine behind one handle: what `web` calls and `cli` opens.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use shipslog_log::{Broken, EventReader, JournalStore, Location, Store, TaskLogReader, Verified};
use shipslog_runner::{Runner, RunnerConfig};
use shipslog_sealing::{Sealer, SealingKey};

use crate::cluster_pool::ClusterPool;
use crate::commands::{Commands, FIRST_KEY_FILE};
use crate::configurations::Configurations;
use crate::driver::{Driver, Live, Tools};
use crate::pauses::Pauses;
use crate::secrets::Secrets;
use crate::steps::Steps;
use crate::views::Views;

/// How long closing waits for the views.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);

/// How to open an engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything the engine keeps lies here.
    pub data_dir: PathBuf,
    /// The sealing key, if it is not `<data_dir>/sealing.key`.
    pub sealing_key_file: Option<PathBuf>,
    /// How long the journals of runs that are over are kept; for ever without it. Their hashes always are.
    pub keep_journals: Option<Duration>,
    /// Where own step components lie, to be offered beside the built-in ones.
    pub components_dir: Option<PathBuf>,
}

/// A running engine. Clones share it.
#[derive(Clone)]
pub struct Engine {
    views: Views,
    commands: Arc<Commands>,
    pub(crate) tools: Arc<Tools>,
    driver: Driver,
    first_key_file: Option<PathBuf>,
}

/// The engine could not be opened; the sentence names what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

impl OpenError {
    fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl Engine {
    /// Opens the log, the views and the sandbox, goes on with open deployments, and makes the first administrator's
    /// key where there is none.
    pub async fn open(options: Options, components: &[(&str, &[u8])]) -> Result<Self, OpenError> {
        make_private(&options.data_dir).map_err(|error| {
            OpenError(format!(
                "cannot use the data directory {}: {error}",
                options.data_dir.display()
            ))
        })?;
        let location = Location::Directory(options.data_dir.clone());
        let store = shipslog_log::open(&location).map_err(OpenError::because)?;
        Self::open_on(store, options, components).await
    }

    /// As `open`, on a store that is open already.
    pub async fn open_on(
        store: Store,
        options: Options,
        components: &[(&str, &[u8])],
    ) -> Result<Self, OpenError> {
        Self::open_pausing(store, options, components, Pauses::default()).await
    }

    /// As `open_on`, with these pauses between tries.
    pub(crate) async fn open_pausing(
        store: Store,
        options: Options,
        components: &[(&str, &[u8])],
        pauses: Pauses,
    ) -> Result<Self, OpenError> {
        let Options {
            data_dir,
            sealing_key_file,
            keep_journals,
            components_dir,
        } = options;
        let key_file = sealing_key_file.unwrap_or_else(|| data_dir.join("sealing.key"));
        let key = SealingKey::load_or_create(&key_file).map_err(OpenError::because)?;
        let runner = Runner::new(RunnerConfig::new(data_dir.join("cache"))).map_err(OpenError::because)?;
        let steps = Steps::open(runner, &data_dir, components, components_dir.as_deref());
        let steps = Arc::new(steps.await.map_err(OpenError::because)?);
        let views = Views::open(&data_dir.join("views.db"), Arc::clone(&store.events) as _, pauses)
            .await
            .map_err(OpenError::because)?;
        let configurations = Arc::new(Configurations::new(Arc::clone(&store.events) as _));
        let secrets = Arc::new(Secrets::new(Arc::clone(&store.events), Sealer::new(&key)));
        let commands = Arc::new(Commands::new(
            Arc::clone(&store.events),
            Arc::clone(&configurations),
            Arc::clone(&secrets),
            Arc::clone(&steps),
        ));
        let first_key_file = commands.first_key(&data_dir).await.map_err(OpenError::because)?;
        let clusters = ClusterPool::new(
            Arc::clone(&store.events) as _,
            Arc::clone(&configurations),
            Arc::clone(&secrets),
        );
        let tools = Arc::new(Tools {
            store,
            configurations,
            secrets,
            clusters: Arc::new(clusters),
            steps,
            live: Live::default(),
        });
        let driver = Driver::start(Arc::clone(&tools), &views, pauses, keep_journals)
            .await
            .map_err(OpenError::because)?;
        Ok(Self {
            views,
            commands,
            tools,
            driver,
            first_key_file,
        })
    }

    /// What people can ask.
    pub fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Own components that are not offered, each with its file and the reason, in a sentence.
    pub fn not_offered(&self) -> &[String] {
        &self.tools.steps.not_offered
    }

    /// Where the first administrator's key was written, if this start made it.
    pub fn first_key_file(&self) -> Option<&Path> {
        self.first_key_file.as_deref()
    }

    /// Where the first administrator's key lies, if nobody moved it.
    pub fn key_file(data_dir: &Path) -> PathBuf {
        data_dir.join(FIRST_KEY_FILE)
    }

    /// Stops taking up new work. Runs under way are left as a crash would leave them: the next start goes on. Once
    /// every clone is gone too, the data directory is free.
    pub async fn close(self) {
        self.driver.stop().await;
        let head = *self.tools.store.events.head().borrow();
        // Views that stay behind catch up at the next start.
        let _ = self.views.reach(head, CLOSE_PATIENCE).await;
    }

    /// The read models.
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// The events, for those who look.
    pub fn events(&self) -> &dyn EventReader {
        &*self.tools.store.events
    }

    /// The lines of the task log, for those who look.
    pub fn task_log(&self) -> &dyn TaskLogReader {
        &*self.tools.store.task_log
    }

    pub(crate) fn journal_store(&self) -> &dyn JournalStore {
        &*self.tools.store.journals
    }

    /// What running deployments say of themselves right now.
    pub fn live(&self) -> &Live {
        &self.tools.live
    }

    /// Checks the whole log: every event's hash, every body that is still there.
    pub async fn verify(&self) -> Result<Verified, Broken> {
        self.tools.store.events.verify().await
    }
}

fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}
