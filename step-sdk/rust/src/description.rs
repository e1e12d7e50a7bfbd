//! What a step says of itself before it runs.

use serde::Serialize;

use crate::Capability;

/// What a step is: its name, what it can need at most and what it hands on. The inputs' schema is added from
/// [`Step::Inputs`](crate::Step::Inputs).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    name: String,
    version: String,
    summary: String,
    capabilities: Vec<Capability>,
    outputs: Vec<Output>,
    milestones: Vec<Milestone>,
}

/// A value that a step hands on to later steps, accounts and people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// As [`outputs::set`](crate::outputs::set) names it.
    pub name: String,
    /// What it is, for people.
    pub summary: String,
    /// Whether it is kept sealed and set by [`outputs::set_sensitive`](crate::outputs::set_sensitive).
    pub sensitive: bool,
}

/// The name of a turning point, as [`milestones::reached`](crate::milestones::reached) names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Milestone(pub String);

impl Description {
    /// A step that needs nothing and hands on nothing. `version` is semantic: projects use `name@major`.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            capabilities: Vec::new(),
            outputs: Vec::new(),
            milestones: Vec::new(),
        }
    }

    /// The widest it can need of one kind; [`Step::check`](crate::Step::check) says what given inputs do need.
    #[must_use]
    pub fn may(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }

    /// It sets this output.
    #[must_use]
    pub fn output(self, name: &str, summary: &str) -> Self {
        self.with_output(name, summary, false)
    }

    /// It sets this output, which is a secret.
    #[must_use]
    pub fn sensitive_output(self, name: &str, summary: &str) -> Self {
        self.with_output(name, summary, true)
    }

    /// It can reach this turning point.
    #[must_use]
    pub fn milestone(mut self, name: &str) -> Self {
        self.milestones.push(Milestone(name.to_owned()));
        self
    }

    fn with_output(mut self, name: &str, summary: &str, sensitive: bool) -> Self {
        self.outputs.push(Output {
            name: name.to_owned(),
            summary: summary.to_owned(),
            sensitive,
        });
        self
    }
}
