//! Text with `#{…}` in it, read into pieces.

use winnow::combinator::{alt, repeat};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{literal, take_till, take_while};
use winnow::{ModalResult, Parser as _};

use crate::variables::error::SyntaxError;

/// Indexes may nest this deep.
const DEEPEST: usize = 8;

/// Text, then perhaps an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) expression: Option<Expression>,
}

/// What stands between `#{` and `}`: together a variable's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression(pub(super) Vec<Part>);

/// Part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Nested(Expression),
}

/// Reads a text. Of a run of `#` before `{` two stand for one, and a last single one opens an expression: `##{` is the
/// characters `#{`, and `###{A}` is `#` and the value of `A`.
pub(super) fn parse(text: &str) -> Result<Vec<Piece>, SyntaxError> {
    repeat(0.., alt((hashes, plain)))
        .parse(LocatingSlice::new(text))
        .map_err(|error| error.into_inner().at(|byte| text[..byte].chars().count() + 1))
}

/// The text that resolves to this one, whatever it holds.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.chars() {
        if character == '{' {
            escaped.extend(std::iter::repeat_n('#', run));
        }
        run = if character == '#' { run + 1 } else { 0 };
        escaped.push(character);
    }
    escaped
}

/// Whether a text is one expression and nothing else, so that its value may be a number or a truth value.
pub fn is_wholly_expression(text: &str) -> bool {
    let Ok(pieces) = parse(text.trim()) else {
        return false;
    };
    matches!(pieces.as_slice(), [Piece { text, expression: Some(_) }] if text.is_empty())
}

/// Refuses a name that no expression could name.
pub(super) fn check_name(name: &str) -> Result<(), SyntaxError> {
    let opened = "#{";
    if let Some(byte) = name.find(['{', '}', '#']) {
        let character = char::from(name.as_bytes()[byte]);
        return Err(SyntaxError::NotAllowed {
            character,
            at: name[..byte].chars().count() + 1,
        });
    }
    parse(&format!("{opened}{name}}}"))
        .map_err(|error| error.at(|at| at.saturating_sub(opened.len()).max(1)))?;
    Ok(())
}

type Input<'a> = LocatingSlice<&'a str>;

fn plain(input: &mut Input<'_>) -> ModalResult<Piece, SyntaxError> {
    take_till(1.., '#')
        .map(|it: &str| Piece {
            text: it.to_owned(),
            expression: None,
        })
        .parse_next(input)
}

fn hashes(input: &mut Input<'_>) -> ModalResult<Piece, SyntaxError> {
    let run = take_while(1.., '#').parse_next(input)?.len();
    if !input.starts_with('{') {
        return Ok(Piece {
            text: "#".repeat(run),
            expression: None,
        });
    }
    let start = input.current_token_start() - 1;
    input.next_token();
    let mut text = "#".repeat(run / 2);
    if run % 2 == 0 {
        text.push('{');
        return Ok(Piece {
            text,
            expression: None,
        });
    }
    Ok(Piece {
        text,
        expression: Some(expression(input, start, 0)?),
    })
}

/// After `#{`, which stands at `start`.
fn expression(input: &mut Input<'_>, start: usize, depth: usize) -> ModalResult<Expression, SyntaxError> {
    if depth > DEEPEST {
        return Err(ErrMode::Cut(SyntaxError::TooDeep { at: start }));
    }
    refuse_keywords(input, start)?;
    let index = |input: &mut Input<'_>| index(input, start, depth);
    let parts: Vec<Vec<Part>> = repeat(0.., alt((name, index))).parse_next(input)?;
    close(input, '}', start)?;
    let parts: Vec<Part> = parts.into_iter().flatten().collect();
    if parts
        .iter()
        .all(|it| matches!(it, Part::Text(text) if text.trim().is_empty()))
    {
        return Err(ErrMode::Cut(SyntaxError::Empty { at: start }));
    }
    Ok(Expression(parts))
}

fn name(input: &mut Input<'_>) -> ModalResult<Vec<Part>, SyntaxError> {
    take_while(1.., is_of_name)
        .map(|it: &str| vec![Part::Text(it.to_owned())])
        .parse_next(input)
}

/// An expression ends with its line: what is not closed there was hardly meant as one.
fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || " \t_-:/~()@.".contains(character)
}

/// `[…]`, in which brackets and expressions may stand.
fn index(input: &mut Input<'_>, start: usize, depth: usize) -> ModalResult<Vec<Part>, SyntaxError> {
    let at = input.current_token_start();
    literal("[").parse_next(input)?;
    if depth > DEEPEST {
        return Err(ErrMode::Cut(SyntaxError::TooDeep { at }));
    }
    if input.starts_with("*]") {
        return Err(ErrMode::Cut(SyntaxError::Unsupported {
            feature: "the index `[*]`",
            at,
        }));
    }
    let deeper = |input: &mut Input<'_>| index(input, start, depth + 1);
    let nested = |input: &mut Input<'_>| nested(input, depth + 1);
    let inner: Vec<Vec<Part>> = repeat(0.., alt((index_text, deeper, nested))).parse_next(input)?;
    close(input, ']', start)?;
    let text = |it: &str| Part::Text(it.to_owned());
    Ok(std::iter::once(text("["))
        .chain(inner.into_iter().flatten())
        .chain([text("]")])
        .collect())
}

fn index_text(input: &mut Input<'_>) -> ModalResult<Vec<Part>, SyntaxError> {
    take_till(1.., ['[', ']', '{', '}', '#', '\n'])
        .map(|it: &str| vec![Part::Text(it.to_owned())])
        .parse_next(input)
}

fn nested(input: &mut Input<'_>, depth: usize) -> ModalResult<Vec<Part>, SyntaxError> {
    let start = input.current_token_start();
    literal("#{").parse_next(input)?;
    expression(input, start, depth).map(|it| vec![Part::Nested(it)])
}

fn close(input: &mut Input<'_>, closing: char, start: usize) -> ModalResult<(), SyntaxError> {
    if input.starts_with(closing) {
        input.next_token();
        return Ok(());
    }
    let at = input.current_token_start();
    Err(ErrMode::Cut(match input.chars().next() {
        None | Some('\n' | '\r' | '}') => SyntaxError::Unclosed { at: start },
        Some('#') if input.starts_with("#{") => SyntaxError::Unclosed { at: start },
        Some('|') => SyntaxError::Unsupported {
            feature: "a filter (`|`)",
            at,
        },
        Some('=' | '!') => SyntaxError::Unsupported {
            feature: "a comparison",
            at,
        },
        Some(character) => SyntaxError::NotAllowed { character, at },
    }))
}

impl ParserError<Input<'_>> for SyntaxError {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let at = input.current_token_start();
        match input.chars().next() {
            Some(character) => Self::NotAllowed { character, at },
            None => Self::Unclosed { at },
        }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn refuse_keywords(input: &Input<'_>, start: usize) -> ModalResult<(), SyntaxError> {
    let text = input.as_ref().trim_start();
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    let after = text[word.len()..].chars().next();
    let feature = match (word.to_ascii_lowercase().as_str(), after) {
        ("", Some('/')) => "a closing tag",
        ("else", Some('}')) => "`#{else}`",
        ("if", Some(it)) if it.is_whitespace() => "`#{if …}`",
        ("elseif", Some(it)) if it.is_whitespace() => "`#{elseif …}`",
        ("unless", Some(it)) if it.is_whitespace() => "`#{unless …}`",
        ("each", Some(it)) if it.is_whitespace() => "`#{each …}`",
        ("calc", Some(it)) if it.is_whitespace() => "`#{calc …}`",
        _ => return Ok(()),
    };
    Err(ErrMode::Cut(SyntaxError::Unsupported { feature, at: start }))
}
