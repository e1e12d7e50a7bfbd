//! `shipslog get`: what there is.

use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::Value;
use shipslog_events::event::configuration::Kind;
use shipslog_nearest::hint;

use crate::client::{Client, query, segment};
use crate::common::Common;
use crate::exit::{Exit, Wrong};
use crate::{board, component, configuration, deployment, release, status};

/// Shows configuration documents, releases, deployments, step components or a project's board.
///
/// KIND is environments, lifecycles, feeds, certificates, accounts, targets, projects, releases, deployments, components or
/// board; singular or plural, in any case.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// What to show.
    #[arg(value_parser = Subject::from_str)]
    kind: Subject,
    /// Only this one, in full.
    name: Option<String>,
    /// Of this project; releases and the board need it.
    #[arg(long)]
    project: Option<String>,
    /// Deployments to this environment.
    #[arg(long)]
    environment: Option<String>,
    /// Deployments of this release.
    #[arg(long)]
    release: Option<String>,
    /// Deployments that have not ended.
    #[arg(long)]
    open: bool,
    /// At most so many.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

/// What can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Document(Kind),
    Releases,
    Deployments,
    Components,
    Board,
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.to_lowercase();
        let is = |name: &str| wanted == name || wanted.strip_suffix('s') == Some(name);
        let kind = Kind::ALL
            .into_iter()
            .find(|it| is(&it.to_string().to_lowercase()));
        let others = [
            ("release", Self::Releases),
            ("deployment", Self::Deployments),
            ("component", Self::Components),
            ("board", Self::Board),
        ];
        let other = others.into_iter().find(|(name, _)| is(name)).map(|it| it.1);
        kind.map(Self::Document).or(other).ok_or_else(|| {
            let mut known: Vec<String> = Kind::ALL
                .iter()
                .map(|it| format!("{it}s").to_lowercase())
                .collect();
            known.extend(["releases", "deployments", "components", "board"].map(str::to_owned));
            format!(
                "it is nothing that can be shown{}",
                hint(&wanted, known.iter().map(String::as_str))
            )
        })
    }
}

impl Get {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        self.check()?;
        let client = common.client()?;
        match (self.kind, &self.name) {
            (Subject::Document(kind), Some(name)) => {
                let path = format!("{}/{}", configuration::path(kind), segment(name));
                let document = client.get(&path, &[]).await?;
                common.output.show(&document, configuration::one)?;
            }
            (Subject::Document(kind), None) => {
                let items = client.list(&configuration::path(kind), &[], self.limit).await?;
                common.output.show_items(items, configuration::many)?;
            }
            (Subject::Releases, Some(version)) => {
                let path = format!("{}/{}", release::path(self.project()?), segment(version));
                common.output.show(&client.get(&path, &[]).await?, release::one)?;
            }
            (Subject::Releases, None) => {
                let items = client
                    .list(&release::path(self.project()?), &[], self.limit)
                    .await?;
                common.output.show_items(items, release::many)?;
            }
            (Subject::Deployments, Some(id)) => {
                let id = id.parse().map_err(|error| Wrong(format!("{error}")))?;
                status::show(&client, common.output, id).await?;
            }
            (Subject::Deployments, None) => {
                common
                    .output
                    .show_items(self.deployments(&client).await?, deployment::many)?;
            }
            (Subject::Components, _) => {
                let items = client.list("/api/v1/components", &[], self.limit).await?;
                common.output.show_items(items, component::many)?;
            }
            (Subject::Board, _) => {
                let path = format!("/api/v1/projects/{}/progression", segment(self.project()?));
                let newest = [("limit", self.limit.clamp(1, board::LARGEST).to_string())];
                common
                    .output
                    .show(&client.get(&path, &newest).await?, board::table)?;
            }
        }
        Ok(Exit::Succeeded)
    }

    async fn deployments(&self, client: &Client) -> Result<Vec<Value>> {
        let filters = [
            ("project", self.project.clone()),
            ("environment", self.environment.clone()),
            ("release", self.release.clone()),
            ("open", self.open.then(|| "true".to_owned())),
        ];
        client
            .list("/api/v1/deployments", &query(&filters), self.limit)
            .await
    }

    fn project(&self) -> Result<&str> {
        match &self.project {
            Some(project) => Ok(project),
            None => bail!(Wrong("whose? name the project with --project".to_owned())),
        }
    }

    /// A filter that would do nothing is a mistake.
    fn check(&self) -> Result<()> {
        let of_deployments = self.environment.is_some() || self.release.is_some() || self.open;
        if of_deployments && self.kind != Subject::Deployments {
            bail!(Wrong(
                "--environment, --release and --open choose among deployments only".to_owned()
            ));
        }
        if self.project.is_some() && matches!(self.kind, Subject::Document(_)) {
            bail!(Wrong(
                "--project chooses among releases, deployments and boards only".to_owned()
            ));
        }
        if self.name.is_some() && self.kind == Subject::Board {
            bail!(Wrong("a board is chosen with --project".to_owned()));
        }
        if self.name.is_some() && self.kind == Subject::Components {
            bail!(Wrong("components are shown all together".to_owned()));
        }
        if self.project.is_some() && self.kind == Subject::Components {
            bail!(Wrong("components belong to no project".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_in_any_case_and_number() {
        for text in ["Target", "target", "targets", "TARGETS"] {
            assert_eq!(text.parse(), Ok(Subject::Document(Kind::Target)));
        }
        assert_eq!("releases".parse(), Ok(Subject::Releases));
        assert_eq!("deployment".parse(), Ok(Subject::Deployments));
        assert_eq!("board".parse(), Ok(Subject::Board));
        assert_eq!("Components".parse(), Ok(Subject::Components));
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_nearest() {
        let refused = "enviroments".parse::<Subject>().unwrap_err();
        assert_eq!(
            refused,
            "it is nothing that can be shown; did you mean `environments`?"
        );
    }
}
