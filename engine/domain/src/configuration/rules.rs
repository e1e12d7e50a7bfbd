//! What must hold for documents to stand, besides their schemas.

use std::collections::BTreeMap;

use serde_json::Value;
use shipslog_events::event::configuration::{DocumentFacts, Kind};
use shipslog_events::event::process;
use shipslog_nearest as nearest;

use super::references::references;
use super::{Catalogue, Configuration};
use crate::document::{Account, Document, Lifecycle, Project, Step, Token, Variable};
use crate::schema::{self, Problem};
use crate::slug::slug;
use crate::variables::{VariableSet, system_names};

fn title(document: &Document) -> String {
    let (kind, name) = document.key();
    format!("{kind} {name}")
}

/// A problem of a document, its path led by the document's kind and name.
fn of(document: &Document, problem: &Problem) -> Problem {
    let title = title(document);
    match problem.path.as_str() {
        "" => Problem::new(title, problem.message.clone()),
        path => Problem::new(format!("{title}: {path}"), problem.message.clone()),
    }
}

/// Documents that stand in one apply more than once.
pub(super) fn repeated(documents: &[Document]) -> Vec<Problem> {
    let mut counts = BTreeMap::new();
    for document in documents {
        *counts.entry(title(document)).or_insert(0) += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(title, count)| Problem::new(title, format!("stands here {count} times; keep one")))
        .collect()
}

/// Documents whose names differ but whose slugs, which labels and streams use, do not.
pub(super) fn shared_slugs(configuration: &Configuration, documents: &[Document]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for document in documents {
        let (kind, name) = document.key();
        let slug = slug(&name);
        let twin = configuration
            .entries()
            .find(|((other_kind, other), entry)| *other_kind == kind && *other != name && entry.slug == slug);
        if let Some(((_, other), _)) = twin {
            let message = format!("its name reads `{slug}` in labels, as that of `{other}` does; rename one");
            problems.push(of(document, &Problem::new("name", message)));
        }
    }
    problems
}

/// Everything wrong with one document, given all documents as they would be.
pub(super) fn problems(after: &Configuration, document: &Document, catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems: Vec<Problem> = references(document)
        .into_iter()
        .filter(|it| after.get(it.kind, &it.name).is_none())
        .map(|it| {
            let kind = it.kind.to_string();
            Problem::new(it.path, nearest::unknown(&kind, &it.name, &after.names(it.kind)))
        })
        .collect();
    problems.extend(match document {
        Document::Environment(_) | Document::Feed(_) | Document::Certificate(_) => Vec::new(),
        Document::Target(target) => parted("name", &target.name).into_iter().collect(),
        Document::Lifecycle(lifecycle) => of_lifecycle(lifecycle),
        Document::Account(account) => of_account(after, account, catalogue),
        Document::Project(project) => of_project(project, catalogue),
    });
    problems.iter().map(|it| of(document, it)).collect()
}

fn twice<'a>(names: impl Iterator<Item = &'a String>, path: impl Fn(usize) -> String) -> Vec<Problem> {
    let mut seen: Vec<&String> = Vec::new();
    let mut problems = Vec::new();
    for (index, name) in names.enumerate() {
        if seen.contains(&name) {
            problems.push(Problem::new(path(index), format!("`{name}` stands here twice")));
        }
        seen.push(name);
    }
    problems
}

/// An attempt goes by `<step>/<target>/<number>`, which must name one only.
fn parted(path: &str, name: &str) -> Option<Problem> {
    let message = "`/` stands between step, target and attempt in the task log; choose a name without it";
    name.contains('/').then(|| Problem::new(path, message))
}

fn of_lifecycle(lifecycle: &Lifecycle) -> Vec<Problem> {
    let mut problems = twice(lifecycle.phases.iter().map(|it| &it.name), |it| {
        format!("phases[{it}].name")
    });
    let environments: Vec<(usize, &String)> = (lifecycle.phases.iter().enumerate())
        .flat_map(|(index, phase)| phase.environments.iter().map(move |it| (index, it)))
        .collect();
    problems.extend(twice(environments.iter().map(|it| it.1), |it| {
        format!("phases[{}].environments", environments[it].0)
    }));
    problems
}

fn of_account(after: &Configuration, account: &Account, catalogue: &Catalogue) -> Vec<Problem> {
    let Some(Token::Made(made)) = &account.token else {
        return Vec::new();
    };
    let output = &made.from_output;
    let Some(DocumentFacts::Project { process, .. }) =
        after.get(Kind::Project, &output.project).map(|it| &it.facts)
    else {
        return Vec::new();
    };
    let mut steps = process::runs(process);
    let Some(step) = steps.clone().find(|it| it.name.as_str() == output.step) else {
        let names: Vec<String> = steps.by_ref().map(|it| it.name.to_string()).collect();
        return vec![Problem::new(
            "token.fromOutput.step",
            nearest::unknown("step", &output.step, &names),
        )];
    };
    let outputs = catalogue
        .get(&step.uses)
        .map(|it| it.outputs.clone())
        .unwrap_or_default();
    match outputs.get(&output.output) {
        Some(true) => Vec::new(),
        Some(false) => {
            let message = format!(
                "`{}` is no sensitive output, so it can be no token",
                output.output
            );
            vec![Problem::new("token.fromOutput.output", message)]
        }
        None => {
            let names: Vec<String> = outputs.into_keys().collect();
            vec![Problem::new(
                "token.fromOutput.output",
                nearest::unknown("output", &output.output, &names),
            )]
        }
    }
}

fn of_project(project: &Project, catalogue: &Catalogue) -> Vec<Problem> {
    let names: Vec<String> = project.process.iter().map(|it| it.name().to_owned()).collect();
    let mut problems = twice(names.iter(), |it| format!("process[{it}].name"));
    if project.steps().next().is_none() {
        let message = "has gates alone; add a step that runs";
        problems.push(Problem::new("process", message));
    }
    problems.extend(twice(project.packages.iter().map(|it| &it.name), |it| {
        format!("packages[{it}].name")
    }));
    let slugs: Vec<String> = names.iter().map(|it| slug(it)).collect();
    if problems.is_empty() {
        problems.extend(twice(slugs.iter(), |it| format!("process[{it}].name")));
    }
    for (index, variable) in project.variables.iter().enumerate() {
        for step in variable.scope.steps.iter().filter(|it| !names.contains(it)) {
            let path = format!("variables[{index}].scope.steps");
            problems.push(Problem::new(path, nearest::unknown("step", step, &names)));
        }
    }
    let packages: Vec<String> = project.packages.iter().map(|it| it.name.clone()).collect();
    problems.extend(of_variables(project, &packages));
    for (index, package) in project.packages.iter().enumerate() {
        let wrong = package.pattern().err();
        let path = format!("packages[{index}].versions");
        problems.extend(wrong.map(|it| Problem::new(path, it)));
    }
    for (index, name) in names.iter().enumerate() {
        problems.extend(parted(&format!("process[{index}].name"), name));
    }
    for (index, step) in project.steps() {
        let within = format!("process[{index}]");
        problems.extend(
            of_step(step, &packages, catalogue)
                .into_iter()
                .map(|it| it.within(&within)),
        );
    }
    problems
}

/// Whether a system variable says something of a target.
fn of_target(name: &str) -> bool {
    ["Octopus.Machine.", "Octopus.Action.Kubernetes."]
        .iter()
        .any(|it| name.starts_with(it))
}

/// Names without any value anywhere, text that cannot be read, values that contradict each other.
fn of_variables(project: &Project, packages: &[String]) -> Vec<Problem> {
    let variables = match VariableSet::of(project) {
        Ok(variables) => variables,
        Err(problems) => return problems,
    };
    let system = system_names(packages.iter().map(String::as_str));
    let mut problems: Vec<Problem> = variables
        .check_values(&system)
        .into_iter()
        .map(|it| it.within("variables"))
        .collect();
    // At a gate there is no target, and whoever reads it is shown no secret.
    let at_gates: Vec<String> = system.iter().filter(|it| !of_target(it)).cloned().collect();
    let secret = |it: &&Variable| it.sensitive.is_some();
    for (index, gate) in project.gates() {
        let within = format!("process[{index}].gate.manual.instructions");
        let written = gate.gate.manual.instructions.as_deref().unwrap_or_default();
        let written = written.to_lowercase();
        let shows = |it: &&Variable| written.contains(&format!("#{{{}}}", it.name.to_lowercase()));
        let secrets = project.variables.iter().filter(secret).filter(shows);
        problems.extend(secrets.map(|it| {
            let message = format!("`#{{{}}}` is a secret, which nobody is shown", it.name);
            Problem::new(within.clone(), message)
        }));
        let instructions = Value::from(gate.gate.manual.instructions.clone());
        let found = variables.check_json(&instructions, &at_gates);
        problems.extend(found.into_iter().map(|it| it.within(&within)));
    }
    for (index, step) in project.steps() {
        let within = format!("process[{index}].with");
        problems.extend(
            variables
                .check_json(&step.with, &system)
                .into_iter()
                .map(|it| it.within(&within)),
        );
    }
    problems
}

fn of_step(step: &Step, packages: &[String], catalogue: &Catalogue) -> Vec<Problem> {
    let Some(interface) = catalogue.get(&step.uses) else {
        let names: Vec<String> = catalogue.keys().cloned().collect();
        return vec![Problem::new(
            "uses",
            nearest::unknown("step component", &step.uses, &names),
        )];
    };
    match schema::validate_inputs(&interface.inputs, &step.with, packages) {
        Ok(()) => Vec::new(),
        Err(problems) => problems.into_iter().map(|it| it.within("with")).collect(),
    }
}
