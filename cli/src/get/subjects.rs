//! All that `get` shows: an entry each, and its columns.

use std::str::FromStr;

use anyhow::Result;
use shipslog_api::components::{COMPONENTS, Component};
use shipslog_api::configuration::{DOCUMENT, DOCUMENTS, DocumentItem};
use shipslog_api::deployments::{DEPLOYMENT, DEPLOYMENTS, DeploymentItem, WaitingFor};
use shipslog_api::paging::MAXIMUM;
use shipslog_api::progression::{OnItsWay, PROGRESSION, RUNNING, Reading, Running};
use shipslog_api::releases::{RELEASE, RELEASES, Release};
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::DeploymentId;
use shipslog_nearest::hint;

use super::Get;
use super::subject::{Filters, One, Shape, Subject};
use crate::client::Query;
use crate::exit::Wrong;
use crate::moment::moment;
use crate::output::{Column, Row, maybe};
use crate::{board, configuration, deployment, release};

/// In the order in which the help names them.
pub(super) fn all() -> Vec<Subject> {
    let documents = Kind::ALL.into_iter().map(documents);
    documents
        .chain([releases(), deployments(), running(), components(), board()])
        .collect()
}

/// Any case, singular or plural.
impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.to_lowercase();
        let is = |name: &str| wanted == name || wanted.strip_suffix('s') == Some(name);
        let all = all();
        let known: Vec<String> = all.iter().map(Self::typed).collect();
        let found = all.into_iter().find(|it| is(&it.name));
        found.ok_or_else(|| {
            let hint = hint(&wanted, known.iter().map(String::as_str));
            format!("it is nothing that can be shown{hint}")
        })
    }
}

fn documents(kind: Kind) -> Subject {
    let one = One::Shown {
        path: |get, name| Ok(DOCUMENT.of([&get.subject.name, &name])),
        show: |answer, format| format.show(answer, configuration::one),
    };
    let path: fn(&Get) -> Result<String> = |get| Ok(DOCUMENTS.of([&get.subject.name]));
    Subject {
        no_project: Some("--project chooses among releases, deployments and boards only"),
        ..Subject::list::<DocumentItem>(kind.to_string().to_lowercase(), path, one)
    }
}

fn releases() -> Subject {
    let one = One::Shown {
        path: |get, version| Ok(RELEASE.of([&get.needed_project()?, &version])),
        show: |answer, format| format.show(answer, release::one),
    };
    Subject::list::<Release>("release", |get| Ok(RELEASES.of([&get.needed_project()?])), one)
}

fn deployments() -> Subject {
    let one = One::Shown {
        path: |_, id| Ok(DEPLOYMENT.of([&deployment_id(id)?])),
        show: |answer, format| format.show(answer, deployment::one),
    };
    Subject {
        filters: Filters::All,
        query: |get| Query::of(&get.filter()),
        ..Subject::list::<DeploymentItem>("deployment", |_| Ok(DEPLOYMENTS.of([])), one)
    }
}

fn running() -> Subject {
    let one = One::Refused("what runs is shown project by project");
    let path: fn(&Get) -> Result<String> = |get| Ok(RUNNING.of([&get.needed_environment()?]));
    Subject {
        no_project: Some("what runs in an environment is shown of all projects; `get board` shows one"),
        filters: Filters::Environment,
        ..Subject::list::<Running>("running", path, one)
    }
}

fn components() -> Subject {
    let one = One::Refused("components are shown all together");
    Subject {
        no_project: Some("components belong to no project"),
        ..Subject::list::<Component>("component", |_| Ok(COMPONENTS.of([])), one)
    }
}

fn board() -> Subject {
    Subject {
        name: "board".to_owned(),
        path: |get| Ok(PROGRESSION.of([&get.needed_project()?])),
        no_project: None,
        filters: Filters::None,
        query: newest,
        shape: Shape::Single(|answer, format| format.show(answer, board::table)),
    }
}

/// The server tells of no more releases at once.
fn newest(get: &Get) -> Query {
    Query::of(&Reading {
        limit: Some(get.limit.clamp(1, MAXIMUM)),
        min_position: None,
    })
}

fn deployment_id(text: &str) -> Result<DeploymentId> {
    Ok(text.parse().map_err(|error| Wrong(format!("{error}")))?)
}

impl Row for DocumentItem {
    const COLUMNS: &'static [Column<Self>] = &[
        ("NAME", |it| it.name.clone()),
        ("REVISION", |it| it.revision.to_string()),
        ("CHANGED", |it| moment(it.changed_at)),
        ("BY", |it| it.changed_by.clone()),
    ];
}

impl Row for Release {
    const COLUMNS: &'static [Column<Self>] = &[
        ("VERSION", |it| it.version.to_string()),
        ("PACKAGES", |it| {
            listed(it.packages.iter().map(|it| format!("{} {}", it.name, it.version)))
        }),
        ("SUCCEEDED IN", |it| listed(it.environments.keys())),
        ("CREATED", |it| moment(it.created_at)),
        ("BY", |it| it.created_by.clone()),
    ];
}

impl Row for DeploymentItem {
    const COLUMNS: &'static [Column<Self>] = &[
        ("DEPLOYMENT", |it| it.id.to_string()),
        ("PROJECT", |it| it.project.to_string()),
        ("RELEASE", |it| it.release.to_string()),
        ("ENVIRONMENT", |it| it.environment.to_string()),
        ("STATUS", |it| it.status.to_string()),
        ("WAITING FOR", |it| match &it.waiting_for {
            Some(WaitingFor::EarlierDeployment { deployment }) => deployment.to_string(),
            Some(WaitingFor::Gate { gate }) => format!("gate {gate}"),
            None => String::new(),
        }),
        ("REQUESTED", |it| moment(it.requested_at)),
        ("BY", |it| it.requested_by.clone()),
        ("ENDED", |it| it.ended_at.map(moment).unwrap_or_default()),
    ];
}

impl Row for Running {
    const COLUMNS: &'static [Column<Self>] = &[
        ("PROJECT", |it| it.project.to_string()),
        ("LAST SUCCESS", |it| {
            maybe(it.last_success.as_ref().map(|it| &it.release))
        }),
        ("DEPLOYMENT", |it| {
            maybe(it.last_success.as_ref().map(|it| &it.deployment))
        }),
        ("SINCE", |it| {
            maybe(it.last_success.as_ref().map(|it| moment(it.since)).as_ref())
        }),
        ("BY", |it| maybe(it.last_success.as_ref().map(|it| &it.by))),
        ("AFTERWARDS", |it| {
            let one = |it: &OnItsWay| format!("{} ({}, {})", it.release, it.deployment, it.status);
            maybe(it.afterwards.as_ref().map(one).as_ref())
        }),
        ("ON ITS WAY", |it| {
            let one = |it: &OnItsWay| format!("{} ({}, {})", it.release, it.deployment, it.status);
            listed(it.on_its_way.iter().map(one))
        }),
    ];
}

impl Row for Component {
    const COLUMNS: &'static [Column<Self>] = &[
        ("REFERENCE", |it| maybe(it.reference.as_ref())),
        ("VERSION", |it| maybe(it.version.as_ref())),
        ("ORIGIN", |it| {
            if it.built_in { "built in" } else { "own" }.to_owned()
        }),
        ("NEEDED BY", |it| {
            listed(
                it.needed_by
                    .iter()
                    .map(|it| format!("{} {}", it.project, it.release)),
            )
        }),
        ("DIGEST", |it| it.digest.to_string()),
    ];
}

fn listed(items: impl Iterator<Item = impl ToString>) -> String {
    items.map(|it| it.to_string()).collect::<Vec<_>>().join(", ")
}
