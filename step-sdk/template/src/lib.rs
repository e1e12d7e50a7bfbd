//! A step of your own: it writes a greeting into a ConfigMap of the target's namespace.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use shipslog_step::kubernetes::{ObjectReference, kubernetes};
use shipslog_step::{Capability, Cause, Description, Failure, Step, Verb, log, names, outputs, owner};

/// The step.
#[derive(Debug)]
pub struct MyStep;

shipslog_step::export!(MyStep);

/// What a project writes under `with:`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inputs {
    /// The ConfigMap's name.
    pub name: String,
    /// Whom to greet.
    #[serde(default = "world")]
    pub whom: String,
}

fn world() -> String {
    "world".to_owned()
}

impl Step for MyStep {
    type Inputs = Inputs;

    fn describe() -> Description {
        Description::new(
            "my-step",
            env!("CARGO_PKG_VERSION"),
            "Writes a greeting into a ConfigMap",
        )
        .may(Capability::new([Verb::Get, Verb::Apply], "", "ConfigMap"))
        .output("greeting", "What was written")
    }

    fn check(inputs: &Inputs) -> Result<Vec<Capability>, Vec<Cause>> {
        if !names::is_subdomain(&inputs.name) {
            return Err(vec![Cause::new("name", "is no name of a ConfigMap")]);
        }
        Ok(vec![
            Capability::new([Verb::Get, Verb::Apply], "", "ConfigMap").named(&inputs.name),
        ])
    }

    fn run(inputs: Inputs) -> Result<(), Failure> {
        let greeting = format!("Hello, {}", inputs.whom);
        let mut wanted = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": inputs.name },
            "data": { "greeting": greeting },
        });
        owner::mark(&mut wanted);
        let reference = ObjectReference::of(&wanted)?;
        if let Some(existing) = kubernetes().find(&reference)? {
            owner::claim(&existing, false)?;
        }
        let applied = kubernetes().apply(&wanted)?;
        log::info(format!(
            "{reference} {}",
            if applied.changed {
                "written"
            } else {
                "is as it should be"
            }
        ));
        outputs::set("greeting", &json!(greeting))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shipslog_step::testing::{Host, checked};

    use super::*;

    #[test]
    fn it_greets() {
        let host = Host::new().namespace("web");
        let (outcome, unused) = host.run_within_rights::<MyStep>(&json!({ "name": "greeting" }));
        outcome.unwrap();
        assert!(unused.is_empty(), "{unused:?}");
        assert_eq!(
            host.object("ConfigMap", "greeting").unwrap()["data"]["greeting"],
            "Hello, world"
        );
        assert_eq!(host.output("greeting"), Some(json!("Hello, world")));
    }

    #[test]
    fn it_refuses_what_kubernetes_would() {
        assert_eq!(
            checked::<MyStep>(&json!({ "name": "A" })),
            "refused: name: is no name of a ConfigMap"
        );
        assert!(
            checked::<MyStep>(&json!({ "name": "a", "who": "b" })).starts_with("refused: who: unknown field")
        );
    }
}
