//! The journal of a run: what its calls were answered and what that left in the run, so that the same run can go on in
//! another process exactly where it was.
//!
//! The log keeps entries as bytes and chains them; what they mean stands here and in `entry`. Local calls have none:
//! they are computed again.

mod divergence;
mod entry;
mod recording;
mod replay;
mod trace;

pub use divergence::Diverged;
pub use entry::{Call, Class, Entry, Intent, Precondition, Suspended, What};
pub(super) use recording::{Full, Recording};
pub(super) use replay::{Next, Replay};
pub use trace::Trace;

/// The form of the entries. Raised with every change of it; an attempt names the one it began with.
pub const FORMAT: u32 = 1;
