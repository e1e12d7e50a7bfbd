//! One run: what it was given, what it did so far, and the one way from it into the host.

mod abort;
mod announcement;
mod assignment;
mod call;
mod call_state;
mod cancel;
mod last_report;
mod memory_limit;
mod quota;
mod randomness;
mod state;
pub(crate) mod text;
mod traces;
mod unusable;
mod vault;

pub use assignment::{Assignment, Now};
pub(crate) use call::Parked;
pub(crate) use call_state::TooManyCalls;
pub use cancel::Cancel;
pub(crate) use memory_limit::{CORE_INSTANCES, MEMORIES, MemoryLimit, OverLimit, TABLES};
pub(crate) use quota::{LOG_BYTES, Room};
pub(crate) use state::{NewRun, Run};
pub use text::harmless;
pub(crate) use unusable::{Unusable, unusable};
pub(crate) use vault::{Misuse, Refused, Vault};
