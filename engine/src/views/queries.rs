//! What can be asked of the views.

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use shipslog_events::event::configuration::Kind;
use shipslog_events::ids::{DeploymentId, EnvironmentName, Position, ProjectName, ReleaseVersion};
use shipslog_events::stream::LaneKey;

use super::rows::View;
use super::{DeploymentView, DocumentView, Error, KeyView, LaneView, ReleaseView, Views};

/// Which deployments; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentFilter {
    /// Of a project.
    pub project: Option<ProjectName>,
    /// To an environment.
    pub environment: Option<EnvironmentName>,
    /// Of a release.
    pub release: Option<ReleaseVersion>,
    /// Only those that have not ended.
    pub open: bool,
}

/// Which events; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// About a project.
    pub project: Option<ProjectName>,
    /// About an environment.
    pub environment: Option<EnvironmentName>,
    /// About a release.
    pub release: Option<ReleaseVersion>,
    /// About a deployment.
    pub deployment: Option<DeploymentId>,
    /// By the name of a key, or `driver` or `server`.
    pub actor: Option<String>,
    /// Of a type, such as `deployment-requested`.
    pub kind: Option<String>,
    /// Recorded then or later.
    pub since: Option<Timestamp>,
    /// Recorded before then.
    pub until: Option<Timestamp>,
}

/// An event of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Where it is in the log.
    pub position: Position,
    /// The project it is about.
    pub project: Option<ProjectName>,
    /// The environment it is about.
    pub environment: Option<EnvironmentName>,
    /// The release it is about.
    pub release: Option<ReleaseVersion>,
    /// The deployment it is about.
    pub deployment: Option<DeploymentId>,
}

impl Views {
    /// All documents of a kind, by name.
    pub async fn documents(&self, kind: Kind) -> Result<Vec<DocumentView>, Error> {
        self.query(move |connection| {
            let mut wheres = Wheres::current::<DocumentView>();
            wheres.equal("kind", Some(text(&kind)));
            many(connection, &wheres, "key", i64::MAX)
        })
        .await
    }

    /// One document.
    pub async fn document(&self, kind: Kind, name: &str) -> Result<Option<DocumentView>, Error> {
        self.one(DocumentView::key(kind, name)).await
    }

    /// A project's releases, newest first, those before a cursor.
    pub async fn releases(
        &self,
        project: &ProjectName,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<ReleaseView>, Error> {
        let project = text(project);
        self.query(move |connection| {
            let mut wheres = Wheres::current::<ReleaseView>();
            wheres.equal("project", Some(project));
            page(connection, &wheres, "number DESC", skip, limit)
        })
        .await
    }

    /// One release.
    pub async fn release(
        &self,
        project: &ProjectName,
        version: &ReleaseVersion,
    ) -> Result<Option<ReleaseView>, Error> {
        self.one(ReleaseView::key(project, version)).await
    }

    /// Deployments, newest first, those with a number below `before`.
    pub async fn deployments(
        &self,
        filter: DeploymentFilter,
        before: Option<DeploymentId>,
        limit: usize,
    ) -> Result<Vec<DeploymentView>, Error> {
        self.query(move |connection| {
            let mut wheres = Wheres::current::<DeploymentView>();
            wheres.equal("project", filter.project.as_ref().map(text));
            wheres.equal("environment", filter.environment.as_ref().map(text));
            wheres.equal("release", filter.release.as_ref().map(text));
            wheres.equal("open", filter.open.then_some(Sql::Integer(1)));
            wheres.compare("number <", before.map(|it| integer(it.0)));
            many(connection, &wheres, "number DESC", as_limit(limit))
        })
        .await
    }

    /// One deployment.
    pub async fn deployment(&self, id: DeploymentId) -> Result<Option<DeploymentView>, Error> {
        self.one(id.0.to_string()).await
    }

    /// One lane.
    pub async fn lane(&self, key: &LaneKey) -> Result<Option<LaneView>, Error> {
        self.one(key.to_string()).await
    }

    /// All API keys, oldest first, revoked ones too.
    pub async fn keys(&self) -> Result<Vec<KeyView>, Error> {
        self.query(|connection| many(connection, &Wheres::current::<KeyView>(), "number", i64::MAX))
            .await
    }

    /// Events in order, those after a position.
    pub async fn events(
        &self,
        filter: EventFilter,
        after: Position,
        limit: usize,
    ) -> Result<Vec<EventRow>, Error> {
        self.query(move |connection| {
            let mut wheres = Wheres::of_events(filter);
            wheres.compare("position >", Some(integer(after.0)));
            let query = format!(
                "SELECT position, project, environment, release, deployment FROM events {} ORDER BY position LIMIT ?",
                wheres.clause()
            );
            let values = wheres.values.into_iter().chain([Sql::Integer(as_limit(limit))]);
            let mut statement = connection.prepare_cached(&query)?;
            let rows = statement.query_map(params_from_iter(values), |row| {
                Ok(EventRow {
                    position: Position(row.get::<_, i64>(0)?.unsigned_abs()),
                    project: row.get::<_, Option<String>>(1)?.map(ProjectName::new),
                    environment: row.get::<_, Option<String>>(2)?.map(EnvironmentName::new),
                    release: row.get::<_, Option<String>>(3)?.map(ReleaseVersion::new),
                    deployment: row.get::<_, Option<i64>>(4)?.map(|it| DeploymentId(it.unsigned_abs())),
                })
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    async fn one<T: View + Send + 'static>(&self, key: String) -> Result<Option<T>, Error> {
        self.query(move |connection| {
            let mut wheres = Wheres::current::<T>();
            wheres.equal("key", Some(Sql::Text(key)));
            Ok(many(connection, &wheres, "number", 1)?.pop())
        })
        .await
    }
}

fn text(value: &impl ToString) -> Sql {
    Sql::Text(value.to_string())
}

fn integer(value: u64) -> Sql {
    Sql::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Conditions that all hold, with their values apart from the text.
struct Wheres {
    conditions: Vec<String>,
    values: Vec<Sql>,
}

impl Wheres {
    fn current<T: View>() -> Self {
        let conditions = vec!["until_position IS NULL".to_owned(), "view = ?".to_owned()];
        Self {
            conditions,
            values: vec![text(&T::NAME)],
        }
    }

    fn of_events(filter: EventFilter) -> Self {
        let mut wheres = Self {
            conditions: Vec::new(),
            values: Vec::new(),
        };
        wheres.equal("project", filter.project.as_ref().map(text));
        wheres.equal("environment", filter.environment.as_ref().map(text));
        wheres.equal("release", filter.release.as_ref().map(text));
        wheres.equal("deployment", filter.deployment.map(|it| integer(it.0)));
        wheres.equal("actor", filter.actor.map(Sql::Text));
        wheres.equal("type", filter.kind.map(Sql::Text));
        wheres.compare(
            "recorded_at >=",
            filter.since.map(|it| Sql::Integer(it.as_microsecond())),
        );
        wheres.compare(
            "recorded_at <",
            filter.until.map(|it| Sql::Integer(it.as_microsecond())),
        );
        wheres
    }

    fn equal(&mut self, column: &str, value: Option<Sql>) {
        self.compare(&format!("{column} ="), value);
    }

    fn compare(&mut self, left: &str, value: Option<Sql>) {
        if let Some(value) = value {
            self.conditions.push(format!("{left} ?"));
            self.values.push(value);
        }
    }

    fn clause(&self) -> String {
        match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!("WHERE {}", conditions.join(" AND ")),
        }
    }
}

fn many<T: View>(connection: &Connection, wheres: &Wheres, order: &str, limit: i64) -> Result<Vec<T>, Error> {
    select(connection, wheres, order, limit, 0)
}

fn page<T: View>(
    connection: &Connection,
    wheres: &Wheres,
    order: &str,
    skip: usize,
    limit: usize,
) -> Result<Vec<T>, Error> {
    select(connection, wheres, order, as_limit(limit), as_limit(skip))
}

fn select<T: View>(
    connection: &Connection,
    wheres: &Wheres,
    order: &str,
    limit: i64,
    skip: i64,
) -> Result<Vec<T>, Error> {
    let query = format!(
        "SELECT value FROM rows {} ORDER BY {order} LIMIT ? OFFSET ?",
        wheres.clause()
    );
    let values = wheres
        .values
        .iter()
        .cloned()
        .chain([Sql::Integer(limit), Sql::Integer(skip)]);
    let mut statement = connection.prepare_cached(&query)?;
    let texts = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(0))?;
    texts.map(|it| Ok(serde_json::from_str(&it?)?)).collect()
}
