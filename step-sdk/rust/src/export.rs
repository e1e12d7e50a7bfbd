//! The component's three exports, for any step.

use std::marker::PhantomData;

use crate::bindings::{self, Guest};
use crate::{Failure, Step, log, step};

/// A step as the contract's exports; made by [`export!`](crate::export).
#[derive(Debug)]
pub struct Exported<S>(PhantomData<S>);

impl<S: Step + 'static> Guest for Exported<S> {
    fn describe() -> String {
        step::describe::<S>().to_string()
    }

    fn check(inputs: String) -> Result<String, Vec<bindings::Cause>> {
        step::needs::<S>(&inputs)
            .map(|it| it.to_string())
            .map_err(|causes| causes.into_iter().map(Into::into).collect())
    }

    fn run(inputs: String) -> Result<(), bindings::Failure> {
        std::panic::set_hook(Box::new(|panic| {
            log::error(format!("the step has a fault: {panic}"));
        }));
        step::run::<S>(&inputs).map_err(|failure| match failure {
            Failure::Failed(sentence) => bindings::Failure::Failed(sentence),
            Failure::Errored(sentence) => bindings::Failure::Errored(sentence),
        })
    }
}
