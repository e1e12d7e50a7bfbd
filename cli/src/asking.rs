//! What people say beside what they ask for: why, and by what it is recognised when they ask again.

use clap::Args;
use shipslog_api::paging::Doing;

use crate::client::Query;

/// What verbs take that ask for something new.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Asking {
    #[command(flatten)]
    why: Why,
    /// Asked again within a day under the same key, the same is done once and has the first answer: a build's number, say.
    /// The key is one of the API key that asks; another request under it, also one for another reason, is refused.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// What every verb takes that changes something.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Why {
    /// Why, for whoever reads the history: `shipslog audit -o yaml` tells it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl Asking {
    pub(crate) fn query(&self) -> Query {
        self.why.query()
    }

    pub(crate) fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }
}

impl Why {
    pub(crate) fn query(&self) -> Query {
        Query::of(&Doing {
            reason: self.reason.clone(),
        })
    }
}
