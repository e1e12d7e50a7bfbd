//! The `shipslog` binary: the server and every client verb.

mod answer;
mod apply;
mod asking;
mod audit;
mod board;
mod cancel;
mod changes;
mod client;
mod common;
mod components;
mod configuration;
mod deploy;
mod deployment;
mod documents;
mod exit;
mod follow;
mod gate;
mod get;
mod journal;
mod key;
mod line_wise;
mod login;
mod logs;
mod moment;
mod output;
mod promote;
mod release;
mod remembered;
mod schema;
mod screen;
mod serve;
mod sse;
mod status;
#[cfg(test)]
mod testing;
mod tree;
mod verify;
mod versions;
mod yaml;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use common::Common;
use exit::Exit;

/// Deploys applications to Kubernetes and can prove what it did.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
The server is found by --url, SHIPSLOG_URL, an earlier `shipslog login`, or on this machine. The API key comes from \
--api-key-file, SHIPSLOG_API_KEY_FILE, SHIPSLOG_API_KEY or that login; it is never an argument.

Warnings and errors of the program itself go to standard error; RUST_LOG, such as `RUST_LOG=info`, says what else.

Exit codes: 0 succeeded, 1 failed, 2 the command line or an input is wrong, 3 timed out, 4 the server refused it.";

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Serve),
    Login(login::LoginVerb),
    Apply(apply::Apply),
    Get(get::Get),
    #[command(subcommand)]
    Release(release::ReleaseVerb),
    Deploy(deploy::Deploy),
    Promote(promote::Promote),
    Status(status::StatusVerb),
    Logs(logs::Logs),
    Journal(journal::JournalVerb),
    Changes(changes::ChangesVerb),
    Cancel(cancel::Cancel),
    #[command(subcommand)]
    Gate(gate::GateVerb),
    Audit(audit::Audit),
    #[command(subcommand)]
    Key(key::KeyVerb),
    Schema(schema::SchemaVerb),
    Versions(versions::Versions),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(log_filter(std::env::var("RUST_LOG").ok().as_deref()))
        .with_writer(std::io::stderr)
        .init();
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nothing else has installed a provider before");
    let exit = run(Cli::parse()).await.unwrap_or_else(|error| {
        if !exit::nobody_listens(&error) {
            anstream::eprintln!("error: {error:#}");
        }
        exit::of(&error)
    });
    exit.into()
}

/// What is written to the log: without any word, warnings of Shipslog's own crates and errors of all.
fn log_filter(asked: Option<&str>) -> EnvFilter {
    EnvFilter::new(asked.filter(|it| !it.is_empty()).unwrap_or("error,shipslog=warn"))
}

async fn run(cli: Cli) -> Result<Exit> {
    let common = &cli.common;
    match cli.verb {
        Verb::Serve(verb) => verb.run().await,
        Verb::Login(verb) => verb.run().await,
        Verb::Apply(verb) => verb.run(common).await,
        Verb::Get(verb) => verb.run(common).await,
        Verb::Release(verb) => verb.run(common).await,
        Verb::Deploy(verb) => verb.run(common).await,
        Verb::Promote(verb) => verb.run(common).await,
        Verb::Status(verb) => verb.run(common).await,
        Verb::Logs(verb) => verb.run(common).await,
        Verb::Journal(verb) => verb.run(common).await,
        Verb::Changes(verb) => verb.run(common).await,
        Verb::Cancel(verb) => verb.run(common).await,
        Verb::Gate(verb) => verb.run(common).await,
        Verb::Audit(verb) => verb.run(common).await,
        Verb::Key(verb) => verb.run(common).await,
        Verb::Schema(verb) => verb.run(common),
        Verb::Versions(verb) => verb.run(common).await,
    }
}

#[cfg(test)]
mod tests;
