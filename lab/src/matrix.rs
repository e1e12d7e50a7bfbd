//! `cargo xtask matrix`: the server dies at every host call of every built-in step, and nothing is otherwise than in a
//! run that nobody disturbed.

mod audit;
pub(crate) mod compare;
mod facts;
pub(crate) mod objects;
mod pace;
mod plan;
mod report;
pub(crate) mod run;
pub(crate) mod scenario;
pub(crate) mod words;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use parking_lot::Mutex;

use self::audit::Tail;
use self::compare::{Traces, differences};
use self::pace::Pace;
use self::plan::{Form, Spot};
use self::report::{Outcome, Row};
use self::run::{Ground, PREFIX, Ran};
use self::scenario::Scenario;
use tasks::checkout;
use tasks::progress::{during, say};
use tasks::story::{Place, Stage};

/// How much of the matrix.
#[derive(Debug, Clone, Args)]
pub(crate) struct Matrix {
    /// Every call that a journal has, on both sides of its effect; so it is if nothing is said.
    #[arg(long, conflicts_with = "long")]
    short: bool,
    /// Calls without an entry too.
    #[arg(long)]
    long: bool,
    /// Only steps whose names begin so, such as `deploy-containers`.
    #[arg(long, value_name = "NAME", default_value = "")]
    step: String,
    /// How many servers at once at most; if nothing is said, as many as the machine carries.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    servers: Option<u16>,
    /// Where to write what became of each place.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Matrix {
    fn form(&self) -> Form {
        if self.long { Form::Long } else { Form::Short }
    }
}

/// Runs it on the local cluster, with what has been built.
pub(crate) fn run(matrix: &Matrix) -> Result<()> {
    let begun = Instant::now();
    let scenarios: Vec<Scenario> = Scenario::ALL
        .into_iter()
        .filter(|it| it.name().starts_with(&matrix.step))
        .collect();
    ensure!(
        !scenarios.is_empty(),
        "no step's name begins with `{}`",
        matrix.step
    );
    let ground = ground(&Place::local()?)?;
    let undisturbed = during("running each step undisturbed", "", || {
        undisturbed(&ground, &scenarios)
    })?;
    let jobs = jobs(&undisturbed, matrix.form());
    let pace = Pace::of_the_machine(matrix.servers.map(usize::from));
    let title = format!("running {} times, {} at once at most", jobs.len(), pace.most());
    let rows = during(&title, "some minutes", || {
        Ok(at_once(&ground, &undisturbed, jobs, &pace))
    })?;
    report::print(&rows, begun.elapsed());
    if let Some(file) = &matrix.json {
        report::write(file, &rows, begun.elapsed())?;
    }
    let bad = rows.iter().filter(|it| !it.is_ok()).count();
    ensure!(bad == 0, "{bad} runs were not as the undisturbed one");
    Ok(())
}

/// Nothing of earlier runs, and components compiled once.
fn ground(place: &Place) -> Result<Ground> {
    let folder = checkout::target().join("matrix");
    run::clear_up(&folder)?;
    during("clearing up what an earlier run left in the cluster", "", || {
        place.forget_namespaces(PREFIX)
    })?;
    let first = Stage::beside(place.clone(), &folder.join("first"))?;
    first.keep_compiled()?;
    first.close()?;
    let audit_log = place
        .audit_log
        .clone()
        .context("the local cluster keeps an audit log")?;
    Ok(Ground {
        place: place.clone(),
        folder,
        audit: Mutex::new(Tail::follow(&audit_log, PREFIX)?),
    })
}

/// A scenario with what it leaves when nobody disturbs it.
struct Undisturbed {
    scenario: Scenario,
    traces: Traces,
    took: Duration,
}

fn undisturbed(ground: &Ground, scenarios: &[Scenario]) -> Result<Vec<Undisturbed>> {
    let one = |(number, scenario): (usize, &Scenario)| -> Result<Undisturbed> {
        let begun = Instant::now();
        let traces = match run::run(ground, *scenario, number, None)? {
            Ran::Interrupted(traces) | Ran::Through(traces) => traces,
        };
        ensure!(
            traces.outcome == "succeeded",
            "{} ended {} although nobody disturbed it",
            scenario.name(),
            traces.outcome
        );
        run::forget(ground, number, true)?;
        Ok(Undisturbed {
            scenario: *scenario,
            traces,
            took: begun.elapsed(),
        })
    };
    scenarios.iter().enumerate().map(one).collect()
}

/// A run to make; the number names its namespace.
struct Job {
    number: usize,
    /// Which of the undisturbed ones it is compared with.
    of: usize,
    spot: Option<Spot>,
}

/// Each scenario undisturbed once more, then at all its places.
fn jobs(undisturbed: &[Undisturbed], form: Form) -> VecDeque<Job> {
    let of_one = |(of, undisturbed): (usize, &Undisturbed)| {
        let spots = plan::spots(&undisturbed.traces.calls, form).into_iter().map(Some);
        std::iter::once(None)
            .chain(spots)
            .map(|spot| (of, spot))
            .collect::<Vec<_>>()
    };
    let all = undisturbed.iter().enumerate().flat_map(of_one);
    let numbered = (undisturbed.len()..).zip(all);
    numbered
        .map(|(number, (of, spot))| Job { number, of, spot })
        .collect()
}

/// Makes all runs, as many at once as the pace allows, and answers with what became of them in the order of the jobs.
fn at_once(ground: &Ground, undisturbed: &[Undisturbed], jobs: VecDeque<Job>, pace: &Pace) -> Vec<Row> {
    let (jobs, done) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    let next = || jobs.lock().pop_front();
    std::thread::scope(|scope| {
        for _ in 0..pace.most() {
            scope.spawn(|| {
                while let Some(job) = next() {
                    pace.begin();
                    let row = row(ground, &undisturbed[job.of], &job);
                    pace.end(row.took, undisturbed[job.of].took);
                    done.lock().push((job.number, row));
                }
            });
        }
    });
    let mut rows = done.into_inner();
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(ground: &Ground, undisturbed: &Undisturbed, job: &Job) -> Row {
    let scenario = undisturbed.scenario;
    let begun = Instant::now();
    let (outcome, repeated) = match run::run(ground, scenario, job.number, job.spot.as_ref()) {
        Ok(ran) => judged(&undisturbed.traces, job.spot.as_ref(), ran),
        Err(error) => (Outcome::Broken(format!("{error:#}")), 0),
    };
    let mut row = Row {
        step: scenario.name(),
        spot: job.spot.clone(),
        outcome,
        repeated,
        took: Duration::ZERO,
        kept: None,
    };
    if !row.is_ok() {
        row.kept = Some(run::data(ground, job.number).display().to_string());
    }
    if let Err(error) = run::forget(ground, job.number, row.is_ok()) {
        say(&format!("a run could not be cleared up after: {error:#}"));
    }
    row.took = begun.elapsed();
    row
}

fn judged(undisturbed: &Traces, spot: Option<&Spot>, ran: Ran) -> (Outcome, usize) {
    let (traces, interrupted) = match ran {
        Ran::Interrupted(traces) => (traces, true),
        Ran::Through(traces) => (traces, false),
    };
    let mut found = differences(undisturbed, &traces, usize::from(interrupted));
    if !interrupted && spot.is_some_and(|it| it.is_certain) {
        found.insert(0, "the server never came to the place".to_owned());
    }
    let repeated = traces.sent.saturating_sub(undisturbed.sent);
    let outcome = match (found.is_empty(), interrupted || spot.is_none()) {
        (false, _) => Outcome::Differs(found),
        (true, true) => Outcome::Same,
        (true, false) => Outcome::NotReached,
    };
    (outcome, repeated)
}
