//! Releases: images, components, inputs and variables frozen together.

use std::collections::{BTreeMap, BTreeSet};

use shipslog_domain::document::{Document, Project};
use shipslog_domain::inputs::Snapshot;
use shipslog_domain::release::{self, Create};
use shipslog_domain::schema::Problem;
use shipslog_domain::variables::Place;
use shipslog_events::event::configuration::{DocumentFacts, Kind, ProcessStep};
use shipslog_events::event::process::Entry;
use shipslog_events::event::release::{FrozenPackage, FrozenStep, SNAPSHOT};
use shipslog_events::ids::{DeploymentId, EnvironmentName, PackageName, ProjectName, RoleName, TargetName};
use shipslog_events::{NewBody, Stream};
use shipslog_log::{Append, Expected, Guard, StreamAppend};
use shipslog_nearest as nearest;

use super::{By, Commands, CreatedRelease, Error, NewRelease, new_event};
use crate::component_store::ComponentStore;
use crate::configurations::Configured;
use crate::feed as feeds;
use crate::steps::Steps;

impl Commands {
    /// Freezes a release: the newest tags unless others are chosen, their digests, the steps' components, inputs and
    /// variables. Everything is resolved for every environment first, so that no release exists that cannot deploy.
    pub async fn create_release(&self, by: &By, asked: NewRelease) -> Result<CreatedRelease, Error> {
        let decide = || async {
            let loaded = self.configurations.load().await?;
            let (slug, history) = self.releases_of(&loaded.state, &asked.project).await?;
            let Current {
                project,
                revision,
                process,
            } = current(&loaded.state, &asked.project)?;
            let (packages, passed_over) = self.freeze_packages(&loaded.state, project, &asked).await?;
            let process = freeze_process(&self.steps.store, process)?;
            let snapshot = Snapshot::of(project);
            let create = Create {
                project: asked.project.clone(),
                version: asked.version.clone(),
                lifecycle: project.lifecycle.as_str().into(),
                revision,
                packages,
                process,
            };
            let event = release::decide(&history.state.releases, create.clone())
                .map_err(|refusal| Error::refused(refusal.code(), refusal))?;
            let version = release::version_of(&event).clone();
            let problems = problems(&self.steps, &loaded.state, &snapshot, &create, &version).await?;
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let bytes = serde_json::to_vec(&snapshot).map_err(Error::internal)?;
            let body = NewBody {
                name: SNAPSHOT.to_owned(),
                bytes,
            };
            let created = StreamAppend {
                stream: Stream::Releases(slug),
                expected: Expected::Version(history.version),
                events: vec![new_event(event, vec![body])],
            };
            let append = Append {
                guards: vec![Guard {
                    stream: Stream::Configuration,
                    version: loaded.version,
                }],
                ..by.append(vec![created])
            };
            Ok((Some(append), (version, passed_over)))
        };
        let ((version, passed_over), position) = self.transact(by, decide).await?;
        Ok(CreatedRelease {
            version,
            passed_over,
            position,
        })
    }

    async fn freeze_packages(
        &self,
        configured: &Configured,
        project: &Project,
        asked: &NewRelease,
    ) -> Result<(Vec<FrozenPackage>, BTreeMap<PackageName, Vec<String>>), Error> {
        let known: Vec<String> = project.packages.iter().map(|it| it.name.clone()).collect();
        if let Some(stranger) = asked
            .packages
            .keys()
            .find(|it| !known.iter().any(|name| name == it.as_str()))
        {
            let message = nearest::unknown("package", stranger.as_str(), &known);
            return Err(Error::Invalid(vec![Problem::new(
                format!("packages.{stranger}"),
                message,
            )]));
        }
        let outside = |error: feeds::Error| Error::Outside(error.to_string());
        let (mut frozen, mut passed_over) = (Vec::new(), BTreeMap::new());
        for package in &project.packages {
            let name = PackageName::from(package.name.as_str());
            let feed = self.feed(configured, &package.feed.as_str().into()).await?;
            let tag = if let Some(tag) = asked.packages.get(&name) {
                tag.clone()
            } else {
                let pattern = package.pattern().map_err(Error::internal)?;
                let newest = feeds::newest(&feed, &package.image, pattern.as_ref());
                let newest = newest.await.map_err(outside)?;
                if !newest.passed_over.is_empty() {
                    passed_over.insert(name.clone(), newest.passed_over);
                }
                newest.version
            };
            let image = feeds::resolve(&feed, &package.image, &tag)
                .await
                .map_err(outside)?;
            frozen.push(FrozenPackage {
                name,
                feed: package.feed.as_str().into(),
                reference: image.reference,
                version: image.version,
                digest: image.digest,
            });
        }
        Ok((frozen, passed_over))
    }
}

/// A project as it is now: its document, the revision, and the process as facts have it.
struct Current<'a> {
    project: &'a Project,
    revision: u64,
    process: &'a [Entry<ProcessStep>],
}

fn current<'a>(configured: &'a Configured, name: &ProjectName) -> Result<Current<'a>, Error> {
    let document = configured.documents.get(&(Kind::Project, name.to_string()));
    let entry = configured.configuration.get(Kind::Project, name.as_str());
    let erased = || Error::NotFound(format!("project {name} was erased; apply it again"));
    let (Some(Document::Project(project)), Some(entry)) = (document, entry) else {
        return Err(erased());
    };
    let DocumentFacts::Project { process, .. } = &entry.facts else {
        return Err(erased());
    };
    Ok(Current {
        project,
        revision: entry.revision,
        process,
    })
}

fn freeze_process(
    store: &ComponentStore,
    process: &[Entry<ProcessStep>],
) -> Result<Vec<Entry<FrozenStep>>, Error> {
    let freeze = |step: &ProcessStep| {
        let component = store
            .by_reference(&step.uses)
            .map_err(|error| Error::refused(error.code(), error))?;
        Ok(FrozenStep {
            component: component.digest().clone(),
            step: step.clone(),
        })
    };
    process.iter().map(|it| it.try_map(freeze)).collect()
}

/// Everything that would be wrong with the inputs somewhere: in every environment, on every target there is today.
async fn problems(
    steps: &Steps,
    configured: &Configured,
    snapshot: &Snapshot,
    create: &Create,
    version: &shipslog_events::ids::ReleaseVersion,
) -> Result<Vec<Problem>, Error> {
    let phases = configured.configuration.phases(&create.lifecycle);
    let environments: Vec<EnvironmentName> = phases.iter().flat_map(|it| it.environments.clone()).collect();
    let mut problems = BTreeSet::new();
    for environment in &environments {
        let entries = create.process.iter().enumerate();
        for (index, step) in entries.filter_map(|(index, it)| Some((index, it.run()?))) {
            let component = steps.store.by_digest(&step.component).map_err(Error::internal)?;
            let description = steps.runner.describe(&component).await.map_err(Error::internal)?;
            for target in configured.configuration.targets(environment, &step.step.roles) {
                let (roles, namespace) = facts_of(configured, &target);
                let place = Place {
                    project: Some(create.project.clone()),
                    release: Some(version.clone()),
                    packages: create.packages.clone(),
                    environment: Some(environment.clone()),
                    deployment: Some(DeploymentId::LONGEST),
                    step: Some(step.step.name.clone()),
                    target: Some(target.clone()),
                    roles,
                    own_roles: step.step.roles.iter().cloned().collect(),
                    namespace,
                };
                let found = match snapshot.resolve(&description.inputs, &place) {
                    Err(problems) => problems,
                    Ok(resolved) => {
                        let grant = snapshot.step(&step.step.name).and_then(|it| it.grant.as_deref());
                        steps.problems(&component, &resolved.inputs, grant).await
                    }
                };
                let path = format!("process[{index}]");
                problems.extend(found.into_iter().map(|it| {
                    let it = it.within(&path);
                    (it.path, format!("{} (in {environment}, on {target})", it.message))
                }));
            }
        }
    }
    Ok(problems
        .into_iter()
        .map(|(path, message)| Problem::new(path, message))
        .collect())
}

fn facts_of(configured: &Configured, target: &TargetName) -> (BTreeSet<RoleName>, Option<String>) {
    match configured
        .configuration
        .get(Kind::Target, target.as_str())
        .map(|it| &it.facts)
    {
        Some(DocumentFacts::Target { roles, namespace, .. }) => {
            (roles.iter().cloned().collect(), namespace.clone())
        }
        Some(_) | None => (BTreeSet::new(), None),
    }
}
