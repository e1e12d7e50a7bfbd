//! Why somebody does something: for whoever reads the history.

use clap::Args;
use shipslog_api::paging::Doing;

use crate::client::Query;

/// What every verb takes that changes something.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Why {
    /// Why, for whoever reads the history: `shipslog audit -o yaml` tells it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl Why {
    pub(crate) fn query(&self) -> Query {
        Query::of(&Doing {
            reason: self.reason.clone(),
        })
    }
}
