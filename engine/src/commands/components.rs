//! Step components that the server keeps: who needs them, and letting go of those that nobody needs.

use shipslog_domain::component::{Offered, may_delete, needing};
use shipslog_domain::release::Release;
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{ComponentDigest, ProjectName, ReleaseVersion};

use super::{By, Commands, Error};
use crate::component_store;
use crate::load;

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
        let releases = self.all_releases().await?;
        let mut kept = Vec::new();
        for digest in self.steps.store.kept().map_err(Error::internal)? {
            kept.push(self.kept_component(digest, &releases).await);
        }
        kept.sort_by_key(|it| (it.reference.is_none(), it.reference.clone()));
        Ok(kept)
    }

    /// Keeps a component no longer. Refused as long as it is offered, or a release froze it.
    pub async fn delete_component(&self, by: &By, digest: &ComponentDigest) -> Result<(), Error> {
        let store = &self.steps.store;
        if !store.kept().map_err(Error::internal)?.contains(digest) {
            return Err(Error::NotFound(format!("no component `{digest}` is kept")));
        }
        let releases = self.all_releases().await?;
        may_delete(digest, self.offered(digest), &releases)
            .map_err(|refusal| Error::refused(refusal.code(), refusal))?;
        match store.remove(digest) {
            Err(component_store::Error::Missing(_)) => {
                return Err(Error::NotFound(format!("no component `{digest}` is kept")));
            }
            other => other.map_err(Error::internal)?,
        }
        tracing::info!(%digest, by = ?by.actor, "a component is not kept any more");
        Ok(())
    }

    /// The releases of all projects.
    async fn all_releases(&self) -> Result<Vec<Release>, Error> {
        let configured = self.configurations.load().await?;
        let configuration = &configured.state.configuration;
        let mut all = Vec::new();
        for project in configuration.names(Kind::Project) {
            if let Some(slug) = configuration.project_slug(&project.into()) {
                let history = load::releases(&*self.log, slug).await?;
                all.extend(history.state.releases.all().iter().cloned());
            }
        }
        Ok(all)
    }

    fn offered(&self, digest: &ComponentDigest) -> Option<Offered<'_>> {
        let mut offers = self.steps.store.offers();
        let (reference, offer) = offers.find(|(_, it)| it.digest == *digest)?;
        Some(Offered {
            reference,
            built_in: offer.built_in,
        })
    }

    async fn kept_component(&self, digest: ComponentDigest, releases: &[Release]) -> KeptComponent {
        let offered = self.offered(&digest);
        let version = match self.steps.store.by_digest(&digest) {
            Ok(component) => self.steps.runner.describe(&component).await.ok(),
            Err(_) => None,
        };
        KeptComponent {
            reference: offered.map(|it| it.reference.to_owned()),
            built_in: offered.is_some_and(|it| it.built_in),
            version: version.map(|it| it.version.clone()),
            needed_by: needing(&digest, releases)
                .map(|it| (it.project.clone(), it.version.clone()))
                .collect(),
            digest,
        }
    }
}
