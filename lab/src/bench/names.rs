//! What can be measured. The program that measures reads this file too.

pub(crate) const BLUE_GREEN: &str = "blue-green";

/// In the order in which they are measured.
pub(crate) const ALL: [&str; 9] = [
    "journal", "append", "resume", "start", "share", "compile", "hostile", "waiting", BLUE_GREEN,
];
