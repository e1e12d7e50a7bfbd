//! Step components that the server keeps: who needs them, and letting go of those that nobody needs.

use std::time::Duration;

use shipslog_events::ids::{ComponentDigest, ProjectName, ReleaseVersion};

use super::{By, Commands, Error};
use crate::component_store;
use crate::views::ReleaseView;

/// How long the views may take to show what is in the log.
const PATIENCE: Duration = Duration::from_secs(5);

/// A component in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptComponent {
    /// What `uses` says to mean it; nothing where it is kept for releases only.
    pub reference: Option<String>,
    /// Of its bytes.
    pub digest: ComponentDigest,
    /// As it describes itself; nothing where it does not answer any more.
    pub version: Option<semver::Version>,
    /// Whether the server brings it along.
    pub built_in: bool,
    /// Releases that froze it.
    pub needed_by: Vec<(ProjectName, ReleaseVersion)>,
}

impl Commands {
    /// Every component that is kept: the offered ones by reference, then the others by digest.
    pub async fn kept_components(&self) -> Result<Vec<KeptComponent>, Error> {
        let releases = self.frozen().await?;
        let mut kept = Vec::new();
        for digest in self.steps.store.kept().map_err(Error::internal)? {
            kept.push(self.kept_component(digest, &releases).await);
        }
        kept.sort_by_key(|it| (it.reference.is_none(), it.reference.clone()));
        Ok(kept)
    }

    /// Keeps a component no longer. Refused as long as it is offered, or a release froze it: without it the release
    /// could not be deployed any more.
    pub async fn delete_component(&self, by: &By, digest: &ComponentDigest) -> Result<(), Error> {
        let store = &self.steps.store;
        if !store.kept().map_err(Error::internal)?.contains(digest) {
            return Err(Error::NotFound(format!("no component `{digest}` is kept")));
        }
        if let Some((reference, offer)) = store.offers().find(|(_, it)| it.digest == *digest) {
            let way = if offer.built_in {
                "it is built in"
            } else {
                "take its file away and restart the server first"
            };
            return Err(Error::refused(
                "component-offered",
                format!("the component is offered as {reference}; {way}"),
            ));
        }
        // A release that is made meanwhile freezes only what is offered.
        if let Some((project, version)) = needed_by(digest, &self.frozen().await?).into_iter().next() {
            return Err(Error::refused(
                "component-needed",
                format!(
                    "release {version} of project {project} needs the component, and can be deployed only with it"
                ),
            ));
        }
        match store.remove(digest) {
            Err(component_store::Error::Missing(_)) => {
                return Err(Error::NotFound(format!("no component `{digest}` is kept")));
            }
            other => other.map_err(Error::internal)?,
        }
        tracing::info!(%digest, by = ?by.actor, "a component is not kept any more");
        Ok(())
    }

    async fn frozen(&self) -> Result<Vec<ReleaseView>, Error> {
        let head = *self.log.head().borrow();
        self.views.reach(head, PATIENCE).await.map_err(Error::internal)?;
        self.views.all_releases().await.map_err(Error::internal)
    }

    async fn kept_component(&self, digest: ComponentDigest, releases: &[ReleaseView]) -> KeptComponent {
        let store = &self.steps.store;
        let offered = store.offers().find(|(_, it)| it.digest == digest);
        let version = match store.by_digest(&digest) {
            Ok(component) => self.steps.runner.describe(&component).await.ok(),
            Err(_) => None,
        };
        KeptComponent {
            reference: offered.map(|(reference, _)| reference.to_owned()),
            built_in: offered.is_some_and(|(_, it)| it.built_in),
            version: version.map(|it| it.version.clone()),
            needed_by: needed_by(&digest, releases),
            digest,
        }
    }
}

fn needed_by(digest: &ComponentDigest, releases: &[ReleaseView]) -> Vec<(ProjectName, ReleaseVersion)> {
    releases
        .iter()
        .filter(|it| it.release.steps.iter().any(|step| step.component == *digest))
        .map(|it| (it.release.project.clone(), it.release.version.clone()))
        .collect()
}
