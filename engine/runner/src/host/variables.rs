//! Host side of `shipslog:step/variables`: a step reads the variables of its scope, no others.

use std::collections::BTreeMap;

use shipslog_nearest as nearest;
use wasmtime::component::{HasData, Linker};

use crate::bindings::shipslog::step::variables::{self, Error};
use crate::journal::Class;
use crate::run::Run;

/// The frozen variables; handles where they are sensitive.
pub(crate) struct Variables<'a> {
    pub(crate) run: &'a Run,
}

struct HasVariables;

impl HasData for HasVariables {
    type Data<'a> = Variables<'a>;
}

impl variables::Host for Variables<'_> {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<String, Error>> {
        let granted = &self.run.assignment.variables;
        self.run
            .answer(Class::Local, "variables.get", &name, |_| async {
                Ok(granted.get(&name).cloned().ok_or_else(|| unknown(&name, granted)))
            })
            .await
    }
}

fn unknown(name: &str, granted: &BTreeMap<String, String>) -> Error {
    let known: Vec<&String> = granted.keys().collect();
    Error::Unknown(nearest::unknown("variable", name, &known))
}

pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> Variables<'_>,
) -> wasmtime::Result<()> {
    variables::add_to_linker::<T, HasVariables>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::variables::Host as _;
    use super::*;
    use crate::testing::Scene;

    #[tokio::test]
    async fn a_variable_out_of_scope_is_unknown_with_the_nearest_name() {
        let mut scene = Scene::new();
        scene.assignment.variables = BTreeMap::from([("Page.Text".to_owned(), "Hello".to_owned())]);
        let run = scene.run();
        let mut variables = Variables { run: &run };
        assert_eq!(
            variables.get("Page.Text".to_owned()).await.unwrap(),
            Ok("Hello".to_owned())
        );
        let Err(Error::Unknown(sentence)) = variables.get("Page.Txt".to_owned()).await.unwrap() else {
            panic!()
        };
        assert_eq!(
            sentence,
            "variable `Page.Txt` is not known; did you mean `Page.Text`?"
        );
    }
}
