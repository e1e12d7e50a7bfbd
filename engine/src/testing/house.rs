//! An engine in a directory of its own, with two environments, a target in each, and one project a tiny step.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shipslog_events::Actor;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{DeploymentId, ProjectName, ReleaseVersion};
use shipslog_log::{EventReader, JournalStore, Location, Store};
use shipslog_test_support::component::tiny;
use shipslog_test_support::documents::{project, surroundings};
use tempfile::TempDir;
use uuid::Uuid;

use super::faults::{Faults, FaultyStore};
use crate::commands::{Accepted, AcceptedDeployment, Applied, By, Destination, Error, NewRelease};
use crate::engine::{Engine, Options};
use crate::pauses::Pauses;
use crate::views::DeploymentView;

/// Long enough for a busy machine; nothing ever waits so long unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// An engine and its directory.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) faults: Faults,
    steps: Vec<String>,
    pauses: Pauses,
    directory: TempDir,
}

/// Nothing is waited for.
const NONE: Pauses = Pauses {
    shortest: Duration::ZERO,
    longest: Duration::ZERO,
    second_attempt: Duration::ZERO,
    any_attempt: Duration::ZERO,
};

impl House {
    /// With these tiny steps, and nothing configured.
    pub(crate) async fn empty(steps: &[&str]) -> Self {
        Self::pausing(steps, NONE).await
    }

    /// The same, with these pauses.
    pub(crate) async fn pausing(steps: &[&str], pauses: Pauses) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let faults = Faults::default();
        Self {
            engine: open(directory.path(), &steps, &faults, pauses).await,
            faults,
            steps,
            pauses,
            directory,
        }
    }

    /// With these tiny steps, each in the project of its name, of which release 1.0.0 exists.
    pub(crate) async fn with(steps: &[&str]) -> Self {
        Self::empty(steps).await.released().await
    }

    /// Each step in the project of its name, of which release 1.0.0 exists.
    pub(crate) async fn released(self) -> Self {
        self.apply(surroundings()).await;
        for step in &self.steps {
            self.apply(vec![project(step, &json!({}))]).await;
            self.release(step).await.unwrap();
        }
        self
    }

    pub(crate) fn reader(&self) -> Arc<dyn EventReader> {
        Arc::clone(&self.engine.tools.store.events) as _
    }

    pub(crate) fn journals(&self) -> &dyn JournalStore {
        &*self.engine.tools.store.journals
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn location(&self) -> Location {
        location(self.path())
    }

    pub(crate) async fn apply(&self, documents: Vec<Value>) {
        self.applied(documents, false).await;
    }

    pub(crate) async fn applied(&self, documents: Vec<Value>, dry_run: bool) -> Applied {
        let commands = self.engine.commands();
        commands.apply(&by(), documents, dry_run).await.unwrap()
    }

    /// As it is kept now.
    pub(crate) async fn document(&self, kind: Kind, name: &str) -> Value {
        let commands = self.engine.commands();
        commands.document(kind, name).await.unwrap().unwrap()
    }

    pub(crate) async fn release(&self, project: &str) -> Result<ReleaseVersion, Error> {
        let asked = NewRelease {
            project: project.into(),
            version: None,
            packages: [].into(),
        };
        let created = self.engine.commands().create_release(&by(), asked).await?;
        Ok(created.version)
    }

    /// Release 1.0.0 of a project.
    pub(crate) async fn deploy(&self, project: &str, environment: &str) -> Result<AcceptedDeployment, Error> {
        self.deploy_release(project, "1.0.0", environment).await
    }

    pub(crate) async fn deploy_release(
        &self,
        project: &str,
        release: &str,
        environment: &str,
    ) -> Result<AcceptedDeployment, Error> {
        let to = Destination::Environments(vec![environment.into()]);
        let accepted = self.request(project, release, &to).await?;
        Ok(accepted.deployments.into_iter().next().unwrap())
    }

    pub(crate) async fn request(
        &self,
        project: &str,
        release: &str,
        to: &Destination,
    ) -> Result<Accepted, Error> {
        let (project, release) = (ProjectName::from(project), release.into());
        let commands = self.engine.commands();
        commands.deploy(&by(), &project, &release, to).await
    }

    /// As a crash leaves it, then started again.
    pub(crate) async fn reopened(self) -> Self {
        self.reopened_after(|_| ()).await
    }

    /// Something may be done to the log between.
    pub(crate) async fn reopened_after(self, between: impl FnOnce(&Location)) -> Self {
        let steps = self.steps.clone();
        self.reopened_with(steps, |it| between(&location(it))).await
    }

    /// By a binary that has these steps. Something may be done to the directory between.
    pub(crate) async fn reopened_with(self, steps: Vec<String>, between: impl FnOnce(&Path)) -> Self {
        let Self {
            engine,
            faults,
            directory,
            pauses,
            ..
        } = self;
        engine.close().await;
        between(directory.path());
        Self {
            engine: open(directory.path(), &steps, &faults, pauses).await,
            faults,
            steps,
            pauses,
            directory,
        }
    }

    /// The directory alone. The engine has to be closed.
    pub(crate) fn closed(self) -> TempDir {
        self.directory
    }

    /// Waits until a deployment is so.
    pub(crate) async fn until(
        &self,
        id: DeploymentId,
        is_so: impl Fn(&DeploymentView) -> bool,
    ) -> DeploymentView {
        let waited = async {
            let mut position = self.engine.views().position();
            loop {
                position.borrow_and_update();
                match self.engine.views().deployment(id).await.unwrap() {
                    Some(view) if is_so(&view) => return view,
                    Some(_) | None => position.changed().await.unwrap(),
                }
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.unwrap()
    }

    pub(crate) async fn ended(&self, id: DeploymentId) -> DeploymentView {
        self.until(id, |it| !it.deployment.is_open()).await
    }

    /// Until a step of it runs.
    pub(crate) async fn running(&self, id: DeploymentId) -> DeploymentView {
        self.until(id, |it| {
            it.deployment.attempts.iter().any(|it| it.outcome().is_none())
        })
        .await
    }

    /// Until the views have all that the log has.
    pub(crate) async fn caught_up(&self) {
        let head = *self.engine.events().head().borrow();
        self.engine.views().reach(head, PATIENCE).await.unwrap();
    }
}

async fn open(directory: &Path, steps: &[String], faults: &Faults, pauses: Pauses) -> Engine {
    let built: Vec<(String, Vec<u8>)> = steps.iter().map(|it| (format!("{it}@1"), tiny(it))).collect();
    let components: Vec<(&str, &[u8])> = built.iter().map(|(name, it)| (&**name, &**it)).collect();
    let options = Options {
        data_dir: directory.to_owned(),
        sealing_key_file: None,
        keep_journals: None,
        components_dir: None,
    };
    let store = FaultyStore {
        store: shipslog_log::open(&location(directory)).unwrap(),
        faults: faults.clone(),
    };
    Engine::open_pausing(Store::new(Arc::new(store)), options, &components, pauses)
        .await
        .unwrap()
}

/// Where the log of a house is.
fn location(directory: &Path) -> Location {
    Location::Directory(directory.to_owned())
}

/// The person who asks.
pub(crate) fn by() -> By {
    By {
        actor: Actor::Key("tester".to_owned()),
        source: shipslog_events::Source::default(),
        correlation: Uuid::now_v7(),
        reason: None,
        once: None,
    }
}
