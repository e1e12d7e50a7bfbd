//! What a document refers to, and where it says so.

use shipslog_events::event::configuration::Kind;

use crate::document::{Account, Document, Project, Token};

/// A name of another document.
pub(super) struct Reference {
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) name: String,
}

fn one(path: impl Into<String>, kind: Kind, name: &str) -> Reference {
    Reference {
        path: path.into(),
        kind,
        name: name.to_owned(),
    }
}

fn many<'a>(path: &'a str, kind: Kind, names: &'a [String]) -> impl Iterator<Item = Reference> + 'a {
    names
        .iter()
        .enumerate()
        .map(move |(index, name)| one(format!("{path}[{index}]"), kind, name))
}

/// All names of other documents in this one.
pub(super) fn references(document: &Document) -> Vec<Reference> {
    match document {
        Document::Environment(_) | Document::Feed(_) | Document::Certificate(_) => Vec::new(),
        Document::Lifecycle(lifecycle) => (lifecycle.phases.iter().enumerate())
            .flat_map(|(index, phase)| {
                let path = format!("phases[{index}].environments");
                many(&path, Kind::Environment, &phase.environments).collect::<Vec<_>>()
            })
            .collect(),
        Document::Account(account) => of_account(account),
        Document::Target(target) => many("environments", Kind::Environment, &target.environments)
            .chain([
                one(
                    "cluster.certificate",
                    Kind::Certificate,
                    &target.cluster.certificate,
                ),
                one("account", Kind::Account, &target.account),
            ])
            .collect(),
        Document::Project(project) => of_project(project),
    }
}

fn of_account(account: &Account) -> Vec<Reference> {
    match &account.token {
        Some(Token::Made(made)) => vec![
            one(
                "token.fromOutput.project",
                Kind::Project,
                &made.from_output.project,
            ),
            one(
                "token.fromOutput.environment",
                Kind::Environment,
                &made.from_output.environment,
            ),
        ],
        Some(Token::Given(_)) | None => Vec::new(),
    }
}

fn of_project(project: &Project) -> Vec<Reference> {
    let mut found = vec![one("lifecycle", Kind::Lifecycle, &project.lifecycle)];
    for (index, package) in project.packages.iter().enumerate() {
        found.push(one(format!("packages[{index}].feed"), Kind::Feed, &package.feed));
    }
    for (index, variable) in project.variables.iter().enumerate() {
        let scope = format!("variables[{index}].scope");
        found.extend(many(
            &format!("{scope}.environments"),
            Kind::Environment,
            &variable.scope.environments,
        ));
        found.extend(many(
            &format!("{scope}.targets"),
            Kind::Target,
            &variable.scope.targets,
        ));
    }
    found
}
