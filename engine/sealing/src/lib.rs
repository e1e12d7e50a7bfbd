//! Secrets at rest: sealed under a key that the database does not hold, named by handles everywhere else.

mod handle;
mod key;
mod redactor;
mod sealer;

pub use handle::{find_handles, replace_handles};
pub use key::{KeyError, SealingKey};
pub use redactor::Redactor;
pub use sealer::{SealError, Sealer};
