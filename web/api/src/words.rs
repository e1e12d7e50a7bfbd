//! Words of a fixed list as people read them: the same as on the wire, written down once.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

struct Word<'a, T>(&'a T);

impl<T: Serialize> Display for Word<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

/// The word on the wire of an enum without data.
pub(crate) fn word<T: Serialize>(of: &T) -> impl Display + use<'_, T> {
    Word(of)
}

/// Gives enums without data a `Display` that is their word on the wire.
macro_rules! shown_as_on_the_wire {
    ($($name:ty),+ $(,)?) => {
        $(impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::words::word(self).fmt(f)
            }
        })+
    };
}

pub(crate) use shown_as_on_the_wire;
