//! Makes a namespace and a service account that can deploy into it and nothing else, and hands on its token.
#![expect(
    clippy::doc_markdown,
    reason = "Kubernetes' kinds are words of the field, and people read these texts in the inputs' schema"
)]

pub mod bootstrap;
pub mod escalation;
pub mod inputs;
pub mod objects;
pub mod validate;

use shipslog_step::{Capability, Cause, Description, Failure, Step, Verb};

use inputs::Inputs;

/// The step `rbac-bootstrap`.
#[derive(Debug)]
pub struct RbacBootstrap;

shipslog_step::export!(RbacBootstrap);

/// The output that accounts use.
pub const TOKEN: &str = "token";

impl Step for RbacBootstrap {
    type Inputs = Inputs;

    fn describe() -> Description {
        let summary = "Makes a namespace, a service account with a role there, and a token for it";
        widest()
            .into_iter()
            .fold(
                Description::new("rbac-bootstrap", "1.0.0", summary),
                Description::may,
            )
            .sensitive_output(TOKEN, "The service account's token")
    }

    fn check(inputs: &Inputs) -> Result<Vec<Capability>, Vec<Cause>> {
        let problems = validate::problems(inputs);
        if problems.is_empty() {
            Ok(objects::rights(inputs))
        } else {
            Err(problems)
        }
    }

    fn run(inputs: Inputs) -> Result<(), Failure> {
        bootstrap::run(&inputs)
    }
}

/// In any namespace, since the inputs name it.
fn widest() -> Vec<Capability> {
    let write = [Verb::Get, Verb::Apply, Verb::Force];
    let anywhere = |verbs: &[Verb], group, kind| {
        Capability::new(verbs.iter().copied().chain(write), group, kind).in_namespace("*")
    };
    vec![
        Capability::new(write, "", "Namespace"),
        anywhere(&[], "", "ServiceAccount"),
        anywhere(&[Verb::List, Verb::Watch], "", "Secret"),
        anywhere(&[], "", "ResourceQuota"),
        anywhere(&[], "", "LimitRange"),
        anywhere(&[], objects::RBAC, "Role"),
        anywhere(&[Verb::Delete], objects::RBAC, "RoleBinding"),
    ]
}

#[cfg(test)]
mod tests;
