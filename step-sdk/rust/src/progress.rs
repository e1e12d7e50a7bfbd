//! What a live view shows beside the step's name.

use crate::imports;

/// `done` of `total`; the message says what is being done or waited for.
pub fn report(done: u32, total: u32, message: impl AsRef<str>) {
    imports::progress::report(done, total, message.as_ref());
}
