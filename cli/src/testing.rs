//! What several tests share.

pub(crate) mod samples;
pub(crate) mod server;
