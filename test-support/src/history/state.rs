//! All aggregates together, folded from a log; its hash says whether two folds came to the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shipslog_domain::access::{self, Access};
use shipslog_domain::configuration::{self, Configuration};
use shipslog_domain::deployment::{self, Deployment};
use shipslog_domain::lane::{self, Lane};
use shipslog_domain::objects::{self, Objects};
use shipslog_domain::progress::{self, Progress};
use shipslog_domain::release::{self, Release, Releases};
use shipslog_domain::slug::slug;
use shipslog_events::event::Event;
use shipslog_events::ids::{DeploymentId, Position, ReleaseVersion};
use shipslog_events::stream::LaneKey;
use shipslog_events::{Recorded, Stream, canonical};
use shipslog_log::EventReader;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    pub configuration: Configuration,
    pub releases: BTreeMap<String, Releases>,
    pub progress: BTreeMap<(String, ReleaseVersion), Progress>,
    pub deployments: BTreeMap<DeploymentId, Deployment>,
    pub lanes: BTreeMap<LaneKey, Lane>,
    pub objects: BTreeMap<LaneKey, Objects>,
    pub access: Access,
}

impl State {
    pub fn of(events: &[Recorded]) -> Self {
        events
            .iter()
            .fold(Self::default(), |state, it| state.after(&it.stream, &it.event))
    }

    #[must_use]
    pub fn after(mut self, stream: &Stream, event: &Event) -> Self {
        match (stream, event) {
            (Stream::Configuration, Event::Configuration(event)) => {
                self.configuration = configuration::evolve(self.configuration, event);
            }
            (Stream::Access, Event::Access(event)) => self.access = access::evolve(self.access, event),
            (Stream::Releases(slug), Event::Release(event)) => {
                let before = self.releases.remove(slug).unwrap_or_default();
                self.releases.insert(slug.clone(), release::evolve(before, event));
            }
            (Stream::Progress(slug, version), Event::Progress(event)) => {
                let key = (slug.clone(), version.clone());
                let before = self.progress.remove(&key).unwrap_or_default();
                self.progress.insert(key, progress::evolve(before, event));
            }
            (Stream::Lane(key), Event::Lane(event)) => {
                let before = self.lanes.remove(key).unwrap_or_default();
                self.lanes.insert(key.clone(), lane::evolve(before, event));
            }
            (Stream::Objects(key), Event::Object(event)) => {
                let before = self.objects.remove(key).unwrap_or_default();
                self.objects.insert(key.clone(), objects::evolve(before, event));
            }
            (Stream::Deployment(id), Event::Deployment(event)) => {
                let after = deployment::evolve(self.deployments.remove(id), event);
                self.deployments.extend(after.map(|it| (*id, it)));
            }
            _ => panic!("{event:?} does not belong into {stream}"),
        }
        self
    }

    pub fn all_releases(&self) -> impl Iterator<Item = &Release> {
        self.releases.values().flat_map(Releases::all)
    }

    /// How far a release has come.
    pub fn progress_of(&self, release: &Release) -> &Progress {
        static NONE: Progress = Progress {
            requested: BTreeMap::new(),
            been: BTreeMap::new(),
            succeeded: BTreeMap::new(),
            open: BTreeMap::new(),
            phases: Vec::new(),
        };
        let key = (slug(release.project.as_str()), release.version.clone());
        self.progress.get(&key).unwrap_or(&NONE)
    }

    /// SHA-256 over the canonical JSON of every aggregate's state.
    pub fn hash(&self) -> String {
        let text = canonical::write(&self.json()).unwrap();
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    fn json(&self) -> Value {
        json!({
            "configuration": self.configuration.entries().collect::<Vec<_>>(),
            "releases": self.releases.iter().map(|(slug, it)| (slug, it.all())).collect::<Vec<_>>(),
            "progress": self.progress.iter().collect::<Vec<_>>(),
            "deployments": self.deployments.values().collect::<Vec<_>>(),
            "lanes": self.lanes.iter().collect::<Vec<_>>(),
            "objects": self.objects.iter().map(|(key, it)| (key, it.all().collect::<Vec<_>>())).collect::<Vec<_>>(),
            "access": self.access.all().collect::<Vec<_>>(),
        })
    }
}

/// Everything that a log has, in order.
pub async fn all(log: &dyn EventReader) -> Vec<Recorded> {
    log.read(Position::START, usize::MAX).await.unwrap()
}
