//! What the runs of a deployment called, out of their journals. What they were answered stays there: it may be large.

mod shown;

use axum::extract::State;
use serde::Deserialize;
use shipslog_domain::deployment::{Attempt, Deployment};
use shipslog_events::ids::TargetName;
use shipslog_nearest as nearest;
use utoipa::IntoParams;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;

pub(crate) use shown::{Journal, Journals};

/// Which runs; all conditions hold at once.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Runs {
    /// Of a step.
    step: Option<String>,
    /// On a target.
    target: Option<String>,
    /// With this number, counted from 1 for each step and target.
    attempt: Option<u32>,
    /// Waits until the answer shows everything up to this position of the log.
    min_position: Option<u64>,
}

/// What the runs of a deployment called, from their journals: each call that reads, writes, waits or answers otherwise
/// each time. What they were answered is not shown, as it may be large; `answerBytes` says how large. Entries appear
/// once they are durable. Access role: viewer.
#[utoipa::path(
    get, path = "/api/v1/deployments/{id}/journal", operation_id = "showDeploymentJournal", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Runs),
    responses(
        (status = 200, description = "The journals", body = Journals),
        (status = 409, description = "`journal-damaged`: a journal is not what was written; the entry is named. \
         `journal-unreadable`: another version of Shipslog wrote it. The parameters choose others",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems
    )
)]
pub(crate) async fn journal(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Query(runs): Query<Runs>,
) -> Result<Json<Journals>, Problem> {
    app.reach(runs.min_position).await?;
    let id = super::id(&id)?;
    let deployment = app.engine.deployment(id).await?;
    let deployment = deployment.ok_or_else(|| super::unknown(id))?;
    let mut attempts = Vec::new();
    for run in runs.choose(&deployment)? {
        let journal = app.engine.journal(id, run).await?;
        attempts.push(Journal::new(run, journal));
    }
    Ok(Json(Journals { attempts }))
}

impl Runs {
    /// What can never match is a mistake.
    fn choose<'a>(&self, deployment: &'a Deployment) -> Result<Vec<&'a Attempt>, Problem> {
        let steps = deployment.steps.iter();
        let known: Vec<&str> = steps.clone().map(|it| it.step.step.name.as_str()).collect();
        check("step", self.step.as_deref(), &known)?;
        let known = steps.flat_map(|it| &it.targets);
        let known: Vec<&str> = known.map(TargetName::as_str).collect();
        check("target", self.target.as_deref(), &known)?;
        let chosen = deployment.attempts.iter().filter(|it| self.has(it));
        let chosen: Vec<&Attempt> = chosen.collect();
        match self.attempt {
            Some(number) if chosen.is_empty() => {
                let id = deployment.id;
                let sentence = format!(
                    "there is no such attempt {number}; `shipslog status {id}` shows those there are"
                );
                Err(Problem::not_found(sentence))
            }
            Some(_) | None => Ok(chosen),
        }
    }

    fn has(&self, run: &Attempt) -> bool {
        let is = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|it| it == name);
        is(&self.step, run.id.step.as_str())
            && is(&self.target, run.id.target.as_str())
            && self.attempt.is_none_or(|it| it == run.id.attempt.0)
    }
}

fn check(what: &str, wanted: Option<&str>, known: &[&str]) -> Result<(), Problem> {
    match wanted {
        Some(wanted) if !known.contains(&wanted) => {
            Err(Problem::not_found(nearest::unknown(what, wanted, known)))
        }
        Some(_) | None => Ok(()),
    }
}
