//! A look at a component before it is compiled. A compile cannot be interrupted, and some texts of a few bytes ask for
//! one without end.

use wasmparser::{ComponentInstance, FunctionBody, Parser, Payload};

use crate::component::Errored;

/// Components made of components are laid out in full: each level can double what there is.
const COMPONENT_INSTANCES: usize = 16;
const FUNCTIONS: usize = 100_000;
const CODE: usize = 32 << 20;
const FUNCTION: usize = 1 << 20;
/// A compiler's time grows with a function's length times its variables.
const FUNCTION_WEIGHT: usize = 256 << 20;
/// Up to here a compile takes seconds, whatever is in it.
const QUICK_CODE: usize = 1 << 20;
const QUICK_FUNCTION: usize = 64 << 10;
const QUICK_WEIGHT: usize = 16 << 20;

/// How long a compile can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Seconds, whatever is in it.
    Quick,
    /// Longer, and nobody knows how long.
    Long,
}

/// How much there is in a component of what makes a compile long.
#[derive(Debug, Default)]
struct Counts {
    component_instances: usize,
    functions: usize,
    code: usize,
    largest: usize,
    weight: usize,
    heaviest: usize,
}

/// How long a compile can take, or why it is not begun.
pub(super) fn of(bytes: &[u8]) -> Result<Effort, Errored> {
    let mut counts = Counts::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let counted = payload.and_then(|it| counts.count(&it));
        counted.map_err(|error| Errored(format!("the component is not usable: {}", error.message())))?;
        counts.check()?;
    }
    Ok(counts.effort())
}

impl Counts {
    fn count(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::CodeSectionEntry(body) => self.count_body(body),
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances.clone() {
                    let made = matches!(instance?, ComponentInstance::Instantiate { .. });
                    self.component_instances += usize::from(made);
                }
                Ok(())
            }
            // Everything else is bounded by the number of its bytes.
            _ => Ok(()),
        }
    }

    fn count_body(&mut self, body: &FunctionBody<'_>) -> wasmparser::Result<()> {
        let length = body.range().len();
        let mut variables: usize = 1;
        for locals in body.get_locals_reader()? {
            variables = variables.saturating_add(locals?.0 as usize);
        }
        let weight = length.saturating_mul(variables);
        self.functions += 1;
        self.code += length;
        self.largest = self.largest.max(length);
        self.heaviest = self.heaviest.max(weight);
        self.weight = self.weight.saturating_add(weight);
        Ok(())
    }

    fn check(&self) -> Result<(), Errored> {
        let limits = [
            (self.component_instances, COMPONENT_INSTANCES, "inner components"),
            (self.functions, FUNCTIONS, "functions"),
            (self.code, CODE, "bytes of code"),
            (self.largest, FUNCTION, "bytes of code in one function"),
            (
                self.heaviest,
                FUNCTION_WEIGHT,
                "bytes of code times variables in one function",
            ),
        ];
        match limits.into_iter().find(|(found, limit, _)| found > limit) {
            None => Ok(()),
            Some((_, limit, what)) => Err(Errored(format!(
                "the component is not compiled: it has more than {limit} {what}"
            ))),
        }
    }

    fn effort(&self) -> Effort {
        let quick = self.code <= QUICK_CODE && self.largest <= QUICK_FUNCTION && self.weight <= QUICK_WEIGHT;
        if quick { Effort::Quick } else { Effort::Long }
    }
}
