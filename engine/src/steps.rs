//! Step components as the server has them: kept, offered, asked.

mod own_components;

use std::path::Path;

use serde_json::Value;
use shipslog_domain::capability::{Capability, covers, not_granted};
use shipslog_domain::configuration::{Catalogue, Interface};
use shipslog_domain::schema::Problem;
use shipslog_runner::{CheckRefusal, Component, Description, Needs, Runner};

use crate::component_store::ComponentStore;

/// The components, what they say of themselves, and the sandbox that they run in.
pub(crate) struct Steps {
    pub(crate) runner: Runner,
    pub(crate) store: ComponentStore,
    pub(crate) catalogue: Catalogue,
    /// A sentence for each own component that cannot be offered.
    pub(crate) not_offered: Vec<String>,
}

/// The components cannot be offered; the sentence names what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotOpened(String);

impl Steps {
    /// Keeps and offers the built-in components, and the own ones that lie in a directory.
    pub(crate) async fn open(
        runner: Runner,
        data_dir: &Path,
        built_in: &[(&str, &[u8])],
        own: Option<&Path>,
    ) -> Result<Self, NotOpened> {
        let store =
            ComponentStore::embedded(data_dir, built_in).map_err(|error| NotOpened(error.to_string()))?;
        let mut steps = Self {
            catalogue: catalogue(&runner, &store).await?,
            runner,
            store,
            not_offered: Vec::new(),
        };
        if let Some(directory) = own {
            steps.not_offered = own_components::offer(&mut steps, directory).await?;
        }
        Ok(steps)
    }

    /// What the component itself finds wrong with inputs, under `with`, and what they need that is not granted, at
    /// `grant`.
    pub(crate) async fn problems(
        &self,
        component: &Component,
        inputs: &Value,
        grant: Option<&[Capability]>,
    ) -> Vec<Problem> {
        match self.runner.check(component, inputs).await {
            Ok(Needs { capabilities, .. }) => match covers(grant.unwrap_or(&capabilities), &capabilities) {
                Ok(()) => Vec::new(),
                Err(beyond) => vec![Problem::new("grant", not_granted(&beyond))],
            },
            Err(CheckRefusal::Inputs(causes)) => causes
                .into_iter()
                .map(|it| Problem::new(it.path, it.message).within("with"))
                .collect(),
            Err(refusal @ (CheckRefusal::BeyondDescription(_) | CheckRefusal::Errored(_))) => {
                vec![Problem::new("with", refusal.to_string())]
            }
        }
    }
}

async fn catalogue(runner: &Runner, store: &ComponentStore) -> Result<Catalogue, NotOpened> {
    let mut catalogue = Catalogue::new();
    for reference in store.references() {
        let component = store
            .by_reference(reference)
            .map_err(|error| NotOpened(error.to_string()))?;
        let description = runner.describe(&component).await.map_err(|error| {
            NotOpened(format!(
                "the built-in step {reference} does not answer: {error}; build the binary anew"
            ))
        })?;
        catalogue.insert(reference.to_owned(), interface(&description));
    }
    Ok(catalogue)
}

/// What configuration needs to know of a component.
fn interface(description: &Description) -> Interface {
    Interface {
        inputs: description.inputs.clone(),
        outputs: description
            .outputs
            .iter()
            .map(|it| (it.name.clone(), it.sensitive))
            .collect(),
    }
}
