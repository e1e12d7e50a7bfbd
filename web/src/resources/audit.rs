//! Whether the log is as it was written.

use axum::extract::State;
use shipslog_api::Problem as Described;
use shipslog_api::audit::{self, VERIFICATION, Verification};
use shipslog_api::paging::Reading;
use shipslog_log::{Broken, DamagedLines, Verified};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::openapi::ReadProblems;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verification))
}

/// Checks every event's hash, every body and every journal that is still there, and names lines of task logs that cannot
/// be read: they are no facts, and the log holds without them. Access role: viewer.
#[utoipa::path(
    get, path = VERIFICATION, operation_id = "verifyLog", tag = "audit", security(("apiKey" = [])), params(Reading),
    responses(
        (status = 200, description = "Nothing was changed, moved or taken out", body = Verification),
        (status = 409, description = "`log-broken`: the first event that does not hold is named, or the journal with its first entry that does not",
         body = Described, content_type = "application/problem+json"),
        ReadProblems
    )
)]
async fn verification(
    State(app): State<App>,
    _: Viewer,
    Query(reading): Query<Reading>,
) -> Result<Json<Verification>, Problem> {
    app.reach(reading.min_position).await?;
    answer(app.engine.verify().await).map(Json)
}

fn answer(verified: Result<Verified, Broken>) -> Result<Verification, Problem> {
    verified.map(shown).map_err(Problem::log_broken)
}

/// A log that holds, as it is shown; the command line shows one without a server.
pub fn shown(verified: Verified) -> Verification {
    let DamagedLines { count, first } = verified.damaged_lines;
    let named = first.into_iter().map(|it| audit::DamagedLine {
        deployment: it.deployment,
        row: it.row,
        unreadable: it.reason,
    });
    Verification {
        events: verified.events,
        position: verified.last_position,
        hash: verified.head_hash,
        journals: verified.journals,
        damaged_lines: audit::DamagedLines {
            count,
            first: named.collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use shipslog_events::ids::{DeploymentId, Position};
    use shipslog_events::journal::JournalKey;
    use shipslog_log::{Damage, EntryDamage};

    use super::*;

    #[test]
    fn a_log_that_was_edited_is_a_problem_that_names_the_event() {
        let broken = Broken {
            position: Position(12),
            what: Damage::Missing,
        };
        let problem = serde_json::to_value(answer(Err(broken)).unwrap_err()).unwrap();
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&409.into(), &"log-broken".into())
        );
        assert_eq!(problem["detail"], "event 12 is missing");
    }

    #[test]
    fn a_journal_that_was_edited_is_a_problem_that_names_run_and_entry() {
        let broken = Broken {
            position: Position::START,
            what: Damage::Journal {
                key: JournalKey {
                    deployment: DeploymentId(841),
                    attempt: "Deploy/Here/1".parse().unwrap(),
                },
                entry: 17,
                what: EntryDamage::Edited,
            },
        };
        let problem = serde_json::to_value(answer(Err(broken)).unwrap_err()).unwrap();
        assert_eq!(
            problem["detail"],
            "journal of deployments-841 Deploy/Here/1: entry 17 was edited"
        );
    }
}
