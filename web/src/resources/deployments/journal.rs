//! What the runs of a deployment called, out of their journals. What they were answered stays there: it may be large.

mod shown;

use axum::extract::State;
use shipslog_api::Problem as Described;
use shipslog_api::journals::{JOURNAL, Journals, Runs};
use shipslog_domain::deployment::{Attempt, Deployment};
use shipslog_events::ids::{StepName, TargetName};
use shipslog_nearest as nearest;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;

/// What the runs of a deployment called, from their journals: each call that reads, writes, waits or answers otherwise
/// each time. What they were answered is not shown, as it may be large; `answerBytes` says how large. Entries appear
/// once they are durable. Access role: viewer.
#[utoipa::path(
    get, path = JOURNAL, operation_id = "showDeploymentJournal", tag = "deployments", security(("apiKey" = [])),
    params(("id" = String, Path, description = "Such as `deployments-841`"), Runs),
    responses(
        (status = 200, description = "The journals", body = Journals),
        (status = 409, description = "`journal-damaged`: a journal is not what was written; the entry is named. \
         `journal-unreadable`: another version of Shipslog wrote it. The parameters choose others",
         body = Described, content_type = "application/problem+json"),
        ReadProblems
    )
)]
pub(super) async fn journal(
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
    for run in choose(&runs, &deployment)? {
        let journal = app.engine.journal(id, run).await?;
        attempts.push(shown::journal(run, journal));
    }
    Ok(Json(Journals { attempts }))
}

/// What can never match is a mistake.
fn choose<'a>(runs: &Runs, deployment: &'a Deployment) -> Result<Vec<&'a Attempt>, Problem> {
    let steps = deployment.steps();
    let known: Vec<&str> = steps.clone().map(|it| it.step.step.name.as_str()).collect();
    check("step", runs.step.as_ref().map(StepName::as_str), &known)?;
    let known = steps.flat_map(|it| &it.targets);
    let known: Vec<&str> = known.map(TargetName::as_str).collect();
    check("target", runs.target.as_ref().map(TargetName::as_str), &known)?;
    let chosen = deployment.attempts.iter().filter(|it| has(runs, it));
    let chosen: Vec<&Attempt> = chosen.collect();
    match runs.attempt {
        Some(number) if chosen.is_empty() => {
            let id = deployment.id;
            let sentence =
                format!("there is no such attempt {number}; `shipslog status {id}` shows those there are");
            Err(Problem::not_found(sentence))
        }
        Some(_) | None => Ok(chosen),
    }
}

fn has(runs: &Runs, run: &Attempt) -> bool {
    runs.step.as_ref().is_none_or(|it| *it == run.id.step)
        && runs.target.as_ref().is_none_or(|it| *it == run.id.target)
        && runs.attempt.is_none_or(|it| it == run.id.attempt)
}

fn check(what: &str, wanted: Option<&str>, known: &[&str]) -> Result<(), Problem> {
    match wanted {
        Some(wanted) if !known.contains(&wanted) => {
            Err(Problem::not_found(nearest::unknown(what, wanted, known)))
        }
        Some(_) | None => Ok(()),
    }
}
