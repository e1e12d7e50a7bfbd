//! The task log: for people. The host blanks sensitive values.

use crate::bindings::shipslog::step::log::Level;
use crate::imports;

/// Details that help to find a fault.
pub fn debug(message: impl AsRef<str>) {
    imports::log::write(Level::Debug, message.as_ref());
}

/// What happens.
pub fn info(message: impl AsRef<str>) {
    imports::log::write(Level::Info, message.as_ref());
}

/// What should be looked at, though the step goes on.
pub fn warning(message: impl AsRef<str>) {
    imports::log::write(Level::Warning, message.as_ref());
}

/// What went wrong.
pub fn error(message: impl AsRef<str>) {
    imports::log::write(Level::Error, message.as_ref());
}
