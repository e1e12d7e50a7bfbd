//! Why a text has no value, in sentences that people read beside the path of the field.

use crate::variables::Scope;

/// The text cannot be read. Places count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// No `}` before the end or before the next expression.
    #[error("the `#{{` at character {at} is not closed by `}}`; write `##{{` for the characters themselves")]
    Unclosed {
        /// Where it begins.
        at: usize,
    },
    /// Nothing between the braces.
    #[error("the `#{{}}` at character {at} names no variable; write `##{{` for the characters themselves")]
    Empty {
        /// Where it begins.
        at: usize,
    },
    /// Octostache has it, we do not.
    #[error(
        "{feature} at character {at} is not supported: only `#{{Name}}` is, with an index such as `#{{A[#{{B}}]}}`"
    )]
    Unsupported {
        /// What Octostache calls it.
        feature: &'static str,
        /// Where it stands.
        at: usize,
    },
    /// No name holds such a character.
    #[error("`{character}` at character {at} cannot stand in a variable's name")]
    NotAllowed {
        /// The character that is refused.
        character: char,
        /// Where it stands.
        at: usize,
    },
    /// Indexes within indexes without end.
    #[error("the expression at character {at} nests too deeply")]
    TooDeep {
        /// Where it begins.
        at: usize,
    },
}

impl SyntaxError {
    /// The same error, its place counted otherwise.
    pub(super) fn at(mut self, counted: impl Fn(usize) -> usize) -> Self {
        match &mut self {
            Self::Unclosed { at }
            | Self::Empty { at }
            | Self::Unsupported { at, .. }
            | Self::NotAllowed { at, .. }
            | Self::TooDeep { at } => *at = counted(*at),
        }
        self
    }
}

/// Why a text has no value here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It cannot be read.
    #[error(transparent)]
    Syntax(SyntaxError),
    /// The mistake is in the value of a variable that it uses.
    #[error("in the value of `{variable}`: {error}")]
    Within {
        /// Whose value.
        variable: String,
        /// What is wrong there.
        error: Box<ResolveError>,
    },
    /// There is no such variable.
    #[error("variable `{name}` is not known{hint}")]
    Unknown {
        /// As written.
        name: String,
        /// The nearest ones.
        hint: String,
    },
    /// It has values, but none here.
    #[error("variable `{name}` has no value here{}", elsewhere(.scopes))]
    NoValue {
        /// As written.
        name: String,
        /// The scopes where it has one.
        scopes: Vec<Scope>,
    },
    /// Two values of one rank hold here.
    #[error(
        "variable `{name}` has two values here, for {one} and for {other}, and neither is more specific; narrow one \
         of them"
    )]
    Ambiguous {
        /// As written.
        name: String,
        /// Where the one holds.
        one: Box<Scope>,
        /// Where the other one holds.
        other: Box<Scope>,
    },
    /// Its value needs itself, directly or through others.
    #[error("variables that need each other have no value: {}", .names.join(" -> "))]
    Cycle {
        /// From the first one back to it.
        names: Vec<String>,
    },
    /// More than any sane input needs.
    #[error("it grows too large: {limit}")]
    TooLarge {
        /// What was reached.
        limit: &'static str,
    },
}

fn elsewhere(scopes: &[Scope]) -> String {
    match scopes {
        [] => String::new(),
        scopes => {
            let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
            format!("; it has one for {}", scopes.join("; for "))
        }
    }
}
