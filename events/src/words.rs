//! Enums whose variants are words: what they are shown as is what stands in the log.

/// Gives an enum its words, and a list of all its variants. One that is left out does not compile.
///
/// Once released, a new word is a new version of every event type that holds the enum: an older binary then asks for a
/// newer one, where it would otherwise take the word for damage.
macro_rules! words {
    ($of:ident { $($variant:ident => $word:literal,)+ }) => {
        impl $of {
            /// All of them, in the order of their declaration.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];
        }

        impl std::fmt::Display for $of {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    $(Self::$variant => $word,)+
                })
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use serde::Serialize;

    use crate::LogLevel;
    use crate::event::access::AccessRole;
    use crate::event::configuration::Kind;
    use crate::event::deployment::{AttemptOutcome, DeploymentEndReason, EndReason, Layer, Outcome};
    use crate::event::object::{Change, Removal};

    fn assert_shown_as_written(all: impl IntoIterator<Item = impl Serialize + Display>) {
        for it in all {
            assert_eq!(serde_json::to_value(&it).unwrap(), it.to_string());
        }
    }

    #[test]
    fn what_a_word_is_shown_as_is_what_stands_in_the_log() {
        assert_shown_as_written(AccessRole::ALL);
        assert_shown_as_written(AttemptOutcome::ALL);
        assert_shown_as_written(DeploymentEndReason::ALL);
        assert_shown_as_written(EndReason::ALL);
        assert_shown_as_written(Kind::ALL);
        assert_shown_as_written(Layer::ALL);
        assert_shown_as_written(LogLevel::ALL);
        assert_shown_as_written(Change::ALL);
        assert_shown_as_written(Removal::ALL);
        assert_shown_as_written(Outcome::ALL);
    }
}
