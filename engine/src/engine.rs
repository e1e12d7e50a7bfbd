//! The whole engine behind one handle: what `web` calls and `cli` opens.

use std::path::PathBuf;
use std::sync::Arc;

use shipslog_events::EventLog;
use shipslog_events::event::access::AccessRole;
use shipslog_events::ids::{DeploymentId, EnvironmentName, KeyId, Position, ProjectName, ReleaseVersion};

use crate::commands::{
    Accepted, Applied, By, CreatedRelease, Error, Identity, ImageQuery, NewKey, NewRelease,
};
use crate::driver::Live;
use crate::views::Views;

/// How to open an engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything the engine keeps lies here.
    pub data_dir: PathBuf,
    /// The sealing key, if it is not `<data_dir>/sealing.key`.
    pub sealing_key_file: Option<PathBuf>,
}

/// A running engine. Clones share it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<()>,
}

/// The engine could not be opened; the sentence names what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

impl Engine {
    /// Opens the log, the views and the sandbox, goes on with open deployments, and makes the first administrator's key
    /// where there is none.
    pub async fn open(options: Options, components: &[(&str, &[u8])]) -> Result<Self, OpenError> {
        let _ = (options, components);
        unimplemented!()
    }
    /// Where the first administrator's key was written, if this start made it.
    pub fn first_key_file(&self) -> Option<&std::path::Path> {
        unimplemented!()
    }
    /// Stops taking up new work and waits until nothing is in the middle of an append.
    pub async fn close(self) {
        unimplemented!()
    }
    /// The read models.
    pub fn views(&self) -> &Views {
        unimplemented!()
    }
    /// The log.
    pub fn log(&self) -> &Arc<dyn EventLog> {
        unimplemented!()
    }
    /// What running deployments say of themselves right now.
    pub fn live(&self) -> &Live {
        unimplemented!()
    }
    /// Whose key this is, if it opens anything.
    pub async fn authenticate(&self, key: &str) -> Result<Option<Identity>, Error> {
        let _ = key;
        unimplemented!()
    }
    /// Applies documents, all or nothing; `dry_run` only says what would change.
    pub async fn apply(
        &self,
        by: &By,
        documents: Vec<serde_json::Value>,
        dry_run: bool,
    ) -> Result<Applied, Error> {
        let _ = (by, documents, dry_run);
        unimplemented!()
    }
    /// A document as it is now; secrets are handles.
    pub async fn document(
        &self,
        kind: shipslog_events::event::configuration::Kind,
        name: &str,
    ) -> Result<Option<serde_json::Value>, Error> {
        let _ = (kind, name);
        unimplemented!()
    }
    /// Freezes a release.
    pub async fn create_release(&self, by: &By, release: NewRelease) -> Result<CreatedRelease, Error> {
        let _ = (by, release);
        unimplemented!()
    }
    /// Accepts a deployment of a release to an environment.
    pub async fn deploy(
        &self,
        by: &By,
        project: &ProjectName,
        release: &ReleaseVersion,
        environment: &EnvironmentName,
    ) -> Result<Accepted, Error> {
        let _ = (by, project, release, environment);
        unimplemented!()
    }
    /// Accepts a deployment to the next environment where the release has not succeeded.
    pub async fn promote(
        &self,
        by: &By,
        project: &ProjectName,
        release: &ReleaseVersion,
    ) -> Result<Accepted, Error> {
        let _ = (by, project, release);
        unimplemented!()
    }
    /// Asks a deployment to stop.
    pub async fn cancel(&self, by: &By, deployment: DeploymentId) -> Result<Position, Error> {
        let _ = (by, deployment);
        unimplemented!()
    }
    /// Makes an API key.
    pub async fn create_key(&self, by: &By, name: String, access_role: AccessRole) -> Result<NewKey, Error> {
        let _ = (by, name, access_role);
        unimplemented!()
    }
    /// Lets a key open nothing any more.
    pub async fn revoke_key(&self, by: &By, key: KeyId) -> Result<Position, Error> {
        let _ = (by, key);
        unimplemented!()
    }
    /// Tags of an image, newest first.
    pub async fn image_versions(&self, image: &ImageQuery) -> Result<Vec<String>, Error> {
        let _ = image;
        unimplemented!()
    }
}
