//! What `get` has to know of a subject: how it is called, where it is, and how it is shown.

use anyhow::Result;

use super::Get;
use crate::answer::Answer;
use crate::client::Query;
use crate::output::{self, Format, Row};

/// Something that can be shown.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// In the singular and in lower case.
    pub(super) name: String,
    /// Where it is in the API.
    pub(super) path: fn(&Get) -> Result<String>,
    /// Why a project's name is refused, where it would do nothing.
    pub(super) no_project: Option<&'static str>,
    /// Which filters choose among its items.
    pub(super) filters: Filters,
    /// The parameters of a list, or of what is shown whole.
    pub(super) query: fn(&Get) -> Query,
    pub(super) shape: Shape,
}

/// What chooses among items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filters {
    /// Nothing.
    None,
    /// The environment.
    Environment,
    /// Environment, release and `open`.
    All,
}

/// How much there is of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Items, of which one may be named.
    List { show: Show, one: One },
    /// One thing, shown whole.
    Single(Show),
}

/// An item of a list that is named.
#[derive(Debug, Clone, Copy)]
pub(super) enum One {
    /// Shown in full, from where it is by the name that was typed.
    Shown {
        path: fn(&Get, &str) -> Result<String>,
        show: Show,
    },
    /// Not to be had alone: the sentence says why.
    Refused(&'static str),
}

/// Prints an answer.
pub(super) type Show = fn(&Answer, Format) -> Result<()>;

fn rows<T: Row>(answer: &Answer, format: Format) -> Result<()> {
    format.show(answer, |items: &Vec<T>| output::table(items))
}

impl Subject {
    /// A list without parameters.
    pub(super) fn list<T: Row>(name: impl Into<String>, path: fn(&Get) -> Result<String>, one: One) -> Self {
        Self {
            name: name.into(),
            path,
            no_project: None,
            filters: Filters::None,
            query: |_| Query::NONE,
            shape: Shape::List { show: rows::<T>, one },
        }
    }

    /// As people type it most often.
    pub(super) fn typed(&self) -> String {
        match self.shape {
            // What runs has no plural.
            Shape::List { .. } if !self.name.ends_with("ing") => format!("{}s", self.name),
            Shape::List { .. } | Shape::Single(_) => self.name.clone(),
        }
    }
}
