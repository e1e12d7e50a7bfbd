//! What is wrong with variables by themselves: a name that none can have, a value that cannot be read, two for one place.

use crate::schema::Problem;
use crate::variables::name::{self, key};
use crate::variables::{Value, Variable, template};

/// Everything that is wrong, at paths such as `[2].value`.
pub(super) fn problems(variables: &[Variable]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        problems.extend(name::problem(&variable.name).map(|it| Problem::new(format!("[{index}].name"), it)));
        if let Value::Text(text) = &variable.value {
            let unreadable = template::parse(text).err();
            problems.extend(unreadable.map(|it| Problem::new(format!("[{index}].value"), it.to_string())));
        }
        let clashing = variables[..index]
            .iter()
            .position(|it| key(&it.name) == key(&variable.name) && it.scope.clashes(&variable.scope));
        problems.extend(clashing.map(|earlier| clash(index, earlier, &variables[earlier], variable)));
    }
    problems
}

fn clash(index: usize, earlier: usize, one: &Variable, other: &Variable) -> Problem {
    let message = format!(
        "`{}` has two values for the same place: [{earlier}] holds for {}, [{index}] for {}; narrow one of them",
        other.name, one.scope, other.scope
    );
    Problem::new(format!("[{index}].scope"), message)
}
