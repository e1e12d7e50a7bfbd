//! `shipslog get`: what there is.

mod subject;
mod subjects;

use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use shipslog_api::deployments::Filter;

use crate::client::Query;
use crate::common::Common;
use crate::exit::{Exit, Wrong};
use subject::{Filters, One, Shape, Show, Subject};

/// Shows configuration documents, releases, deployments, what runs where, step components or a project's board.
#[derive(Debug, Args)]
#[command(long_about = long_about())]
pub(crate) struct Get {
    /// What to show.
    #[arg(value_name = "KIND", value_parser = Subject::from_str)]
    subject: Subject,
    /// Only this one, in full.
    name: Option<String>,
    /// Of this project; releases and the board need it.
    #[arg(long)]
    project: Option<String>,
    /// Deployments to this environment, or what runs in it.
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

fn long_about() -> String {
    let known: Vec<String> = subjects::all().iter().map(Subject::typed).collect();
    let (last, others) = known.split_last().expect("there is something to show");
    format!(
        "Shows configuration documents, releases, deployments, what runs where, step components or a project's board.\n\n\
         KIND is {} or {last}; singular or plural, in any case.",
        others.join(", ")
    )
}

/// What is asked of the server.
enum Request {
    /// A list, page after page.
    List { path: String, show: Show },
    /// One thing.
    One { path: String, query: Query, show: Show },
}

impl Get {
    pub(crate) async fn run(self, common: &Common) -> Result<Exit> {
        let request = self.request()?;
        let client = common.client()?;
        match request {
            Request::List { path, show } => {
                let query = (self.subject.query)(&self);
                show(&client.list(&path, &query, self.limit).await?, common.output)?;
            }
            Request::One { path, query, show } => {
                show(&client.get(&path, &query).await?, common.output)?;
            }
        }
        Ok(Exit::Succeeded)
    }

    fn request(&self) -> Result<Request> {
        self.check()?;
        match (self.subject.shape, &self.name) {
            (Shape::List { show, .. }, None) => Ok(Request::List {
                path: (self.subject.path)(self)?,
                show,
            }),
            (Shape::List { one, .. }, Some(name)) => match one {
                One::Shown { path, show } => Ok(Request::One {
                    path: path(self, name)?,
                    query: Query::NONE,
                    show,
                }),
                One::Refused(sentence) => Err(wrong(sentence)),
            },
            (Shape::Single(show), None) => Ok(Request::One {
                path: (self.subject.path)(self)?,
                query: (self.subject.query)(self),
                show,
            }),
            (Shape::Single(_), Some(_)) => {
                let name = &self.subject.name;
                Err(wrong(&format!("a {name} is chosen with --project")))
            }
        }
    }

    /// The project whose it is, where that is part of the path.
    fn needed_project(&self) -> Result<&str> {
        let project = self.project.as_deref();
        project.ok_or_else(|| wrong("whose? name the project with --project"))
    }

    /// The environment, where that is part of the path.
    fn needed_environment(&self) -> Result<&str> {
        let environment = self.environment.as_deref();
        environment.ok_or_else(|| wrong("where? name the environment with --environment"))
    }

    /// What chooses among deployments.
    fn filter(&self) -> Filter {
        Filter {
            project: self.project.clone().map(Into::into),
            environment: self.environment.clone().map(Into::into),
            release: self.release.clone().map(Into::into),
            open: self.open,
            ..Filter::default()
        }
    }

    /// A filter that would do nothing is a mistake.
    fn check(&self) -> Result<()> {
        let beyond_environment = self.release.is_some() || self.open;
        let too_many = match self.subject.filters {
            Filters::None => self.environment.is_some() || beyond_environment,
            Filters::Environment => beyond_environment,
            Filters::All => false,
        };
        if too_many {
            return Err(wrong(
                "--environment, --release and --open choose among deployments, --environment also what runs",
            ));
        }
        match (self.subject.no_project, &self.project) {
            (Some(sentence), Some(_)) => Err(wrong(sentence)),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }
}

fn wrong(sentence: &str) -> anyhow::Error {
    Wrong(sentence.to_owned()).into()
}

#[cfg(test)]
mod tests;
