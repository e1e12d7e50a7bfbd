//! Text with its expressions replaced by their values, which may hold expressions again.

use crate::variables::name::key;
use crate::variables::set::Found;
use crate::variables::template::{self, Expression, Part};
use crate::variables::{Place, ResolveError, SystemVariables, VariableSet};

/// Values may use values this deep.
const DEEPEST: usize = 32;
/// Expressions looked up for one text: values that use each other twice double at every step.
const MOST_LOOKUPS: usize = 10_000;
/// Bytes of one resolved text: more than an object of the cluster may hold.
const LONGEST: usize = 2 << 20;

impl VariableSet {
    /// The text with every `#{Name}` replaced by its value there. A sensitive value gives its handle.
    pub fn resolve_text(&self, text: &str, place: &Place) -> Result<String, ResolveError> {
        Run {
            variables: self,
            place,
            system: &place.system(),
            open: Vec::new(),
            lookups: 0,
            length: 0,
        }
        .text(text)
    }
}

/// One text on its way.
struct Run<'a> {
    variables: &'a VariableSet,
    place: &'a Place,
    system: &'a SystemVariables,
    /// The variables whose values are being resolved, outermost first.
    open: Vec<String>,
    lookups: usize,
    length: usize,
}

impl Run<'_> {
    fn text(&mut self, text: &str) -> Result<String, ResolveError> {
        let mut resolved = String::with_capacity(text.len());
        for piece in template::parse(text).map_err(ResolveError::Syntax)? {
            self.grow(piece.text.len())?;
            resolved.push_str(&piece.text);
            if let Some(expression) = &piece.expression {
                resolved.push_str(&self.expression(expression)?);
            }
        }
        Ok(resolved)
    }

    fn expression(&mut self, expression: &Expression) -> Result<String, ResolveError> {
        let mut name = String::new();
        for part in &expression.0 {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Nested(nested) => name.push_str(&self.expression(nested)?),
            }
        }
        self.value(name.trim())
    }

    fn value(&mut self, name: &str) -> Result<String, ResolveError> {
        self.lookups += 1;
        if self.lookups > MOST_LOOKUPS {
            return Err(ResolveError::TooLarge {
                limit: "10000 expressions are looked up for one text",
            });
        }
        match self.variables.find(name, self.place, self.system)? {
            Found::Literal(text) => {
                self.grow(text.len())?;
                Ok(text.to_owned())
            }
            Found::Template(text) => self.template(name, text),
        }
    }

    fn template(&mut self, name: &str, text: &str) -> Result<String, ResolveError> {
        if let Some(first) = self.open.iter().position(|it| key(it) == key(name)) {
            let names = self.open[first..]
                .iter()
                .cloned()
                .chain([name.to_owned()])
                .collect();
            return Err(ResolveError::Cycle { names });
        }
        if self.open.len() == DEEPEST {
            return Err(ResolveError::TooLarge {
                limit: "values use each other 32 deep",
            });
        }
        self.open.push(name.to_owned());
        let resolved = self.text(text).map_err(|error| within(name, error));
        self.open.pop();
        resolved
    }

    fn grow(&mut self, by: usize) -> Result<(), ResolveError> {
        self.length += by;
        if self.length > LONGEST {
            return Err(ResolveError::TooLarge {
                limit: "the values in one text come to more than 2 MiB",
            });
        }
        Ok(())
    }
}

/// Names the innermost variable; a cycle and a limit belong to none.
fn within(variable: &str, error: ResolveError) -> ResolveError {
    match error {
        ResolveError::Within { .. } | ResolveError::Cycle { .. } | ResolveError::TooLarge { .. } => error,
        ResolveError::Syntax(_)
        | ResolveError::Unknown { .. }
        | ResolveError::NoValue { .. }
        | ResolveError::Ambiguous { .. } => ResolveError::Within {
            variable: variable.to_owned(),
            error: Box::new(error),
        },
    }
}
