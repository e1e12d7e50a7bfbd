//! `cargo xtask kills`: the server is killed at random moments of whole deployments while somebody reads the page. Every
//! deployment succeeds, and no request fails.

mod lane;
mod random;
mod traffic;

use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use self::lane::{Undisturbed, Work};
use self::random::Random;
use self::traffic::{Stop, Traffic};
use crate::matrix::run::{has_ended, until_ended};
use crate::matrix::scenario;
use tasks::progress::{elapsed, say};
use tasks::story::{Place, Stage, clear};
use tasks::{checkout, cluster};

/// The texts that the page has by turns.
const PAGES: [&str; 2] = ["one", "two"];

/// How often and when.
#[derive(Debug, Clone, Args)]
pub(crate) struct Kills {
    /// How many kills there are at least.
    #[arg(long, default_value_t = 200)]
    count: usize,
    /// Brings the moments of an earlier run back.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs it on the local cluster, with what has been built.
pub(crate) fn run(kills: &Kills) -> Result<()> {
    let place = &Place::local()?;
    let seed = kills.seed.unwrap_or_else(seed_of_now);
    say(&format!("the seed is {seed}"));
    place.forget_namespaces(lane::PREFIX)?;
    let folder = checkout::target().join("kills");
    let stage = Stage::beside(place.clone(), &folder)?;
    lane::prepare(&stage)?;
    let mut killer = Killer {
        stage: &stage,
        random: Random::new(seed),
        begun: Instant::now(),
        kills: Vec::new(),
        undisturbed: Undisturbed::default(),
        deployed: 0,
    };
    killer.undisturbed(Work::Page(0))?;
    let url = format!("http://{}:{}/", cluster::up()?.node, node_port(place)?);
    let traffic = Traffic::to(url, killer.begun);
    traffic.until_there()?;
    let survived = std::thread::scope(|scope| {
        scope.spawn(|| traffic.flow());
        let _stop = Stop(&traffic);
        killer.kill_so_often(&traffic, kills.count)
    });
    // What the reader has seen is told however the deployments went.
    let judged = judge(&killer, &traffic);
    survived.and(judged)?;
    stage.close()?;
    clear(&folder)?;
    place.forget_namespaces(lane::PREFIX)
}

/// Any will do; it is printed.
fn seed_of_now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}

fn node_port(place: &Place) -> Result<u16> {
    let path = "jsonpath={.spec.ports[0].nodePort}";
    let port = place.kubectl(&["get", "service", "httpd", "-n", lane::WEB, "-o", path])?;
    port.trim().parse().context("the Service has a port on the node")
}

struct Killer<'a> {
    stage: &'a Stage,
    random: Random,
    begun: Instant,
    /// When the server was killed, counted from the beginning.
    kills: Vec<Duration>,
    undisturbed: Undisturbed,
    deployed: usize,
}

/// The most in one deployment: a step under which the server stops too often is given up.
const MOST: u64 = 6;

/// Until the reader has seen something before the first switch, and after the last.
const LOOK: Duration = Duration::from_secs(2);

impl Killer<'_> {
    fn kill_so_often(&mut self, traffic: &Traffic, count: usize) -> Result<()> {
        sleep(LOOK);
        for work in [1, 0, 1, 4, 5].map(Work::of) {
            self.undisturbed(work)?;
        }
        ensure!(
            traffic.failures().is_empty(),
            "requests fail although nobody kills the server: {:?}",
            traffic.failures()
        );
        say(&format!(
            "{} deployments undisturbed, {} requests, none failed",
            self.deployed,
            traffic.asked()
        ));
        for number in 6.. {
            if self.kills.len() >= count {
                break;
            }
            self.disturbed(Work::of(number))?;
        }
        sleep(LOOK);
        Ok(())
    }

    fn undisturbed(&mut self, work: Work) -> Result<()> {
        work.prepare(self.stage)?;
        scenario::deploy(self.stage, work.project(), &work.release())?;
        let id = self.latest(work)?;
        self.deployed += 1;
        self.undisturbed.remember(self.stage, work, &id)
    }

    /// Requests it, kills the server until it has ended or that was often enough, and looks at the end.
    fn disturbed(&mut self, work: Work) -> Result<()> {
        work.prepare(self.stage)?;
        let release = work.release();
        self.stage.ask(&scenario::words(work.project(), &release), None)?;
        let id = self.latest(work)?;
        for _ in 0..self.random.among(1..MOST + 1) {
            sleep(self.random.milliseconds(work.span()));
            if has_ended(self.stage, &id) {
                break;
            }
            let at = self.begun.elapsed();
            self.stage.kill_and_spawn()?;
            self.kills.push(at);
            say(&format!(
                "kill {} at {:.3} s, during {id}",
                self.kills.len(),
                at.as_secs_f64()
            ));
        }
        self.stage.until_up()?;
        until_ended(self.stage, &id)?;
        self.undisturbed.check(self.stage, work, &id)?;
        self.deployed += 1;
        say(&format!("{id}, {} {release}, succeeded", work.project()));
        Ok(())
    }

    fn latest(&self, work: Work) -> Result<String> {
        let latest = self.stage.latest(work.project(), &work.release(), "Test")?;
        let id = latest["id"].as_str().context("a deployment has an id")?;
        Ok(id.to_owned())
    }
}

fn judge(killer: &Killer<'_>, traffic: &Traffic) -> Result<()> {
    let failures = traffic.failures();
    for failure in &failures {
        let nearest = traffic::nearest(&killer.kills, failure.at).unwrap_or_default();
        say(&format!(
            "a request failed at {:.3} s, {nearest:+.3} s from the nearest kill: {}",
            failure.at.as_secs_f64(),
            failure.why
        ));
    }
    say(&format!(
        "{} kills, {} deployments, {} requests of which {} failed, in {}",
        killer.kills.len(),
        killer.deployed,
        traffic.asked(),
        failures.len(),
        elapsed(killer.begun.elapsed())
    ));
    let verified = killer.stage.ask(&["audit", "verify"], None)?;
    say(verified.trim_end());
    ensure!(failures.is_empty(), "{} requests failed", failures.len());
    Ok(())
}
