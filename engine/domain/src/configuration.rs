//! Configuration: all documents, applied together or not at all.

mod references;
mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shipslog_events::event::configuration::{ConfigurationEvent, DocumentFacts, Kind, Phase};
use shipslog_events::ids::{EnvironmentName, LifecycleName, ProjectName, TargetName};

use crate::document::{Document, Key};
use crate::schema::Problem;
use crate::slug::slug;

/// All documents, as far as decisions read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    documents: BTreeMap<Key, Entry>,
}

/// A document, as far as decisions read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Made from the name, unique within the kind.
    pub slug: String,
    /// Counted from 1.
    pub revision: u64,
    /// What decisions read.
    pub facts: DocumentFacts,
}

/// What `decide` needs to know of a component.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    /// JSON Schema of its inputs.
    pub inputs: Value,
    /// Names of its outputs, and whether each is sensitive.
    pub outputs: BTreeMap<String, bool>,
}

/// The components there are, by what `uses` says.
pub type Catalogue = BTreeMap<String, Interface>;

/// A document that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The fact.
    pub event: ConfigurationEvent,
    /// The document as it is from now on.
    pub document: Document,
    /// As it was, if it was.
    pub before: Option<Document>,
}

/// Documents that cannot stand; nothing of the apply is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentence(.0))]
pub struct Refusal(pub Vec<Problem>);

fn sentence(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Applies documents: those that differ from `current` become events, in the order in which they refer to each other.
pub fn decide(
    configuration: &Configuration,
    documents: &[Document],
    current: &BTreeMap<Key, Document>,
    catalogue: &Catalogue,
) -> Result<Vec<Change>, Refusal> {
    let mut after = configuration.clone();
    let mut changes = Vec::new();
    let mut problems = rules::repeated(documents);
    let mut ordered: Vec<&Document> = documents.iter().collect();
    ordered.sort_by_key(|it| it.key().0);
    for document in ordered {
        let event = applied(configuration, document);
        after = evolve(after, &event);
        let before = current.get(&document.key()).cloned();
        if before.as_ref() != Some(document) {
            changes.push(Change {
                event,
                document: document.clone(),
                before,
            });
        }
    }
    for document in documents {
        problems.extend(rules::problems(&after, document, catalogue));
    }
    problems.extend(rules::shared_slugs(&after, documents));
    if problems.is_empty() {
        Ok(changes)
    } else {
        Err(Refusal(problems))
    }
}

fn applied(configuration: &Configuration, document: &Document) -> ConfigurationEvent {
    let key = document.key();
    let revision = configuration.documents.get(&key).map_or(1, |it| it.revision + 1);
    ConfigurationEvent::DocumentApplied {
        slug: slug(&key.1),
        name: key.1,
        revision,
        facts: document.facts(),
    }
}

/// The memory of what was applied.
#[must_use]
pub fn evolve(mut configuration: Configuration, event: &ConfigurationEvent) -> Configuration {
    let ConfigurationEvent::DocumentApplied {
        name,
        slug,
        revision,
        facts,
    } = event;
    let entry = Entry {
        slug: slug.clone(),
        revision: *revision,
        facts: facts.clone(),
    };
    configuration
        .documents
        .insert((facts.kind(), name.clone()), entry);
    configuration
}

impl Configuration {
    /// A document's entry.
    pub fn get(&self, kind: Kind, name: &str) -> Option<&Entry> {
        self.documents.get(&(kind, name.to_owned()))
    }

    /// All documents.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.documents.iter()
    }

    /// Names of a kind, in order.
    pub fn names(&self, kind: Kind) -> Vec<String> {
        self.documents
            .keys()
            .filter(|key| key.0 == kind)
            .map(|key| key.1.clone())
            .collect()
    }

    /// Whether deployments of a project take the place of those in line.
    pub fn supersedes(&self, project: &ProjectName) -> bool {
        let facts = self.get(Kind::Project, project.as_str()).map(|it| &it.facts);
        matches!(facts, Some(DocumentFacts::Project { supersede: true, .. }))
    }

    /// A lifecycle's phases.
    pub fn phases(&self, lifecycle: &LifecycleName) -> &[Phase] {
        match self.get(Kind::Lifecycle, lifecycle.as_str()).map(|it| &it.facts) {
            Some(DocumentFacts::Lifecycle { phases }) => phases,
            Some(_) | None => &[],
        }
    }

    /// A project's slug.
    pub fn project_slug(&self, project: &ProjectName) -> Option<&str> {
        self.get(Kind::Project, project.as_str())
            .map(|it| it.slug.as_str())
    }

    /// An environment's slug.
    pub fn environment_slug(&self, environment: &EnvironmentName) -> Option<&str> {
        self.get(Kind::Environment, environment.as_str())
            .map(|it| it.slug.as_str())
    }

    /// The targets of an environment that have one of the roles, in order of their names.
    pub fn targets(
        &self,
        environment: &EnvironmentName,
        wanted: &[shipslog_events::ids::RoleName],
    ) -> Vec<TargetName> {
        self.documents
            .iter()
            .filter_map(|((_, name), entry)| match &entry.facts {
                DocumentFacts::Target {
                    environments, roles, ..
                } if environments.contains(environment) && roles.iter().any(|it| wanted.contains(it)) => {
                    Some(name.as_str().into())
                }
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
