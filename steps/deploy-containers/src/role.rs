//! What the objects of the step are for.

/// What objects of a kind are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What pods read: made anew for each deployment and named after it, before the workload. Old ones go when nothing
    /// uses them any more.
    Configuration,
    /// What runs the pods. Blue/green names it after the deployment. Old ones go when no traffic needs them.
    Workload,
    /// What leads to the pods: it keeps its name, is written when they are healthy, and stays when it leaves the inputs.
    Traffic,
}
