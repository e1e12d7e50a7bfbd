//! The names of event types: each stands once, in the file of its aggregate, beside the newest version of its facts.

/// Gives an aggregate's events their names in the log and the newest versions of their facts. The names are a contract:
/// Rust's own may change, these never do.
macro_rules! kinds {
    ($events:ident { $($variant:ident => $name:tt version $version:literal,)* }) => {
        impl $events {
            /// Every type with its newest version.
            pub const KINDS: &'static [(&'static str, u32)] = &[$(($name, $version)),*];

            /// The type and the version of the facts that this event is written with.
            pub fn kind(&self) -> (&'static str, u32) {
                match self {
                    $(Self::$variant { .. } => ($name, $version),)*
                }
            }
        }

        impl $crate::event::kinds::Tagged for $events {
            fn tag(kind: &str) -> Option<&'static str> {
                match kind {
                    $($name => Some(stringify!($variant)),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use kinds;

/// How serde tells an aggregate's events apart: by the names that they have in Rust.
pub(crate) trait Tagged {
    /// The tag of events of this type; nothing where the aggregate has no such type.
    fn tag(kind: &str) -> Option<&'static str>;
}
