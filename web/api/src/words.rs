//! Words of a fixed list as people read them: the same as on the wire, written down once.

/// Gives enums without data a `Display` that is their word on the wire.
macro_rules! shown_as_on_the_wire {
    ($($name:ty),+ $(,)?) => {
        $(impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        })+
    };
}

pub(crate) use shown_as_on_the_wire;
