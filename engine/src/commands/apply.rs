//! Applying configuration: all documents of one apply, or none.

use serde_json::Value;
use shipslog_domain::configuration::{self, Change};
use shipslog_domain::document::{Document, Project};
use shipslog_domain::inputs::resolve_everywhere;
use shipslog_domain::schema::Problem;
use shipslog_events::event::configuration::{DOCUMENT, Kind};
use shipslog_events::{NewBody, Stream};
use shipslog_log::{Append, Expected, StreamAppend};
use similar::TextDiff;

use super::seal::seal;
use super::{Applied, By, ChangeKind, Commands, DocumentChange, Error, new_event};
use crate::steps::Steps;

impl Commands {
    /// Applies documents, all or nothing; `dry_run` only says what would change. Secrets in them are sealed here.
    pub async fn apply(&self, by: &By, documents: Vec<Value>, dry_run: bool) -> Result<Applied, Error> {
        let read = read(&documents)?;
        let decide = || async {
            let loaded = self.configurations.load().await?;
            let mut documents = read.clone();
            let sealed = seal(&self.secrets, &mut documents, &loaded.state.documents).await?;
            let current = &loaded.state.documents;
            let changes = configuration::decide(
                &loaded.state.configuration,
                &documents,
                current,
                &self.steps.catalogue,
            )
            .map_err(|refusal| Error::Invalid(refusal.0))?;
            check_steps(&self.steps, &changes).await?;
            let answer = documents
                .iter()
                .map(|it| change_of(it, &changes))
                .collect::<Vec<_>>();
            let append = (!changes.is_empty() && !dry_run).then(|| {
                let applied = StreamAppend {
                    stream: Stream::Configuration,
                    expected: Expected::Version(loaded.version),
                    events: changes.into_iter().map(event_of).collect(),
                };
                Append {
                    sealed,
                    ..by.append(vec![applied])
                }
            });
            Ok((append, answer))
        };
        let (changes, position) = self.transact(by, decide).await?;
        Ok(Applied { changes, position })
    }

    /// A document as it is now; secrets are handles.
    pub async fn document(&self, kind: Kind, name: &str) -> Result<Option<Value>, Error> {
        let loaded = self.configurations.load().await?;
        Ok(loaded
            .state
            .documents
            .get(&(kind, name.to_owned()))
            .map(Document::to_value))
    }
}

fn read(values: &[Value]) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match Document::read(value) {
            Ok(document) => documents.push(document),
            Err(found) => problems.extend(found.into_iter().map(|it| of_document(index, value, &it))),
        }
    }
    if problems.is_empty() {
        Ok(documents)
    } else {
        Err(Error::Invalid(problems))
    }
}

/// Leads a problem by the document's kind and name, or by its place where it has none.
fn of_document(index: usize, value: &Value, problem: &Problem) -> Problem {
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let title = match (text("kind"), text("name")) {
        (Some(kind), Some(name)) => format!("{kind} {name}"),
        _ => format!("document {}", index + 1),
    };
    match problem.path.as_str() {
        "" => Problem::new(title, problem.message.clone()),
        path => Problem::new(format!("{title}: {path}"), problem.message.clone()),
    }
}

/// Asks each changed step's component about its inputs, where they are the same at every place.
async fn check_steps(steps: &Steps, changes: &[Change]) -> Result<(), Error> {
    let mut problems = Vec::new();
    for change in changes {
        if let Document::Project(project) = &change.document {
            problems.extend(check_project(steps, project).await?);
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

async fn check_project(steps: &Steps, project: &Project) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    for (index, step) in project.steps() {
        let Some(interface) = steps.catalogue.get(&step.uses) else {
            continue;
        };
        let component = steps.store.by_reference(&step.uses).map_err(Error::internal)?;
        let found = match resolve_everywhere(&interface.inputs, step, project) {
            None => continue,
            Some(Err(problems)) => problems,
            Some(Ok(inputs)) => steps.problems(&component, &inputs, step.grant.as_deref()).await,
        };
        let path = format!("Project {}: process[{index}]", project.name);
        problems.extend(found.into_iter().map(|it| it.within(&path)));
    }
    Ok(problems)
}

fn event_of(change: Change) -> shipslog_events::NewEvent {
    let document = change.document.to_value().to_string().into_bytes();
    new_event(
        change.event,
        vec![NewBody {
            name: DOCUMENT.to_owned(),
            bytes: document,
        }],
    )
}

fn change_of(document: &Document, changes: &[Change]) -> DocumentChange {
    let (kind, name) = document.key();
    let change = changes.iter().find(|it| it.document.key() == document.key());
    let (kind_of_change, diff) = match change {
        None => (ChangeKind::Unchanged, String::new()),
        Some(change) => {
            let before = change.before.as_ref().map(yaml).unwrap_or_default();
            let after = yaml(&change.document);
            let diff = TextDiff::from_lines(before.as_str(), after.as_str());
            let kind = if change.before.is_some() {
                ChangeKind::Changed
            } else {
                ChangeKind::Created
            };
            (kind, diff.unified_diff().context_radius(2).to_string())
        }
    };
    DocumentChange {
        kind,
        name,
        change: kind_of_change,
        diff,
    }
}

/// As people write it. A secret is shown as no more than that it is one.
fn yaml(document: &Document) -> String {
    let mut shown = document.clone();
    for (_, secret) in shown.secrets_mut() {
        let mark: String = secret.chars().rev().take(6).collect();
        *secret = format!("<secret {mark}>");
    }
    serde_saphyr::to_string(&shown.to_value()).unwrap_or_else(|_| shown.to_value().to_string())
}
