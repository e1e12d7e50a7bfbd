//! What every client verb takes.

use anyhow::Result;
use clap::Args;

use crate::client::{Client, Server};
use crate::output::Format;

/// The server and the form of the answer.
#[derive(Debug, Args)]
pub(crate) struct Common {
    #[command(flatten)]
    server: Server,
    /// How answers are shown.
    #[arg(short, long, global = true, help_heading = "Global options", value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
}

impl Common {
    pub(crate) fn client(&self) -> Result<Client> {
        self.server.client()
    }
}
