//! Where guests run: the store of one pass, the passes of one run, the questions that need none, and how it all ends.

mod ended;
mod questions;
mod run_loop;
mod store;
pub(crate) mod suspension;
mod trap_message;

pub use ended::{AttemptOutcome, EndReason, Ended, Unended};
pub(crate) use questions::Questions;
pub(crate) use run_loop::RunLoop;
