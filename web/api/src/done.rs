//! How a server says that it has done what it was asked for.

/// What answers a write that was done.
pub trait Done {
    /// The HTTP status that says so: any other says nothing of what was done.
    const STATUS: u16;
}
