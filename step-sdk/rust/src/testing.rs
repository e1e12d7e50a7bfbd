//! A host in memory, for a step's own unit tests: objects, variables and answers as the test says.
//!
//! ```
//! use shipslog_step::testing::Host;
//! use shipslog_step::{log, variables};
//!
//! let host = Host::new().variable("Greeting", "hello");
//! host.within(|| log::info(variables::get("Greeting").unwrap()));
//! assert_eq!(host.log(), ["info: hello"]);
//! ```

pub(crate) mod imports;
pub(crate) mod kubernetes;
mod memory_types;
mod rights;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use shipslog_step_testing::{Cluster, Waited};

use crate::kubernetes::{Evidence, Reason};
use crate::owner::marks;
use crate::{Capability, Cause, Failure, Step, step};

/// The cluster of the tests' host: calls fail as steps hear of it.
type InMemory = Cluster<Reason>;

thread_local! {
    static CURRENT: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// A host in memory. Clones are the same host.
#[derive(Debug, Clone, Default)]
pub struct Host(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    cluster: InMemory,
    rights: rights::Rights,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    inventory: Vec<Value>,
    deployment: String,
    log: Vec<String>,
    progress: Vec<String>,
    outputs: BTreeMap<String, Value>,
    milestones: Vec<(String, Value)>,
    slept: u64,
}

impl Default for State {
    fn default() -> Self {
        let cluster = Cluster::without_namespace();
        // The host never shows the values themselves.
        let handles = [("token", "the-token"), ("ca.crt", "ca")];
        let handles = handles.map(|(key, of)| (key.to_owned(), json!(format!("shipslog-handle-of-{of}"))));
        cluster.fill_tokens(handles.into_iter().collect());
        Self {
            cluster,
            rights: rights::Rights::default(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            variables: BTreeMap::new(),
            inventory: Vec::new(),
            deployment: String::new(),
            log: Vec::new(),
            progress: Vec::new(),
            outputs: BTreeMap::new(),
            milestones: Vec::new(),
            slept: 0,
        }
    }
}

/// What the host says of a run: `deployments-1` of the step `step` of the project `project` in `development`.
impl Host {
    /// A host with an empty cluster and no namespace of the target's own.
    pub fn new() -> Self {
        let labels = [
            (marks::INSTANCE, "test"),
            (marks::PROJECT, "project"),
            (marks::ENVIRONMENT, "development"),
            (marks::STEP, "step"),
            (marks::RELEASE, "1.0.0"),
        ];
        let host = Self::default();
        host.with(|it| {
            it.labels = labels
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
        });
        host.deployment("deployments-1")
    }

    /// It is this deployment that runs, as `deployments-2`.
    #[must_use]
    pub fn deployment(self, deployment: &str) -> Self {
        self.with(|it| {
            deployment.clone_into(&mut it.deployment);
            it.labels
                .insert(marks::DEPLOYMENT.to_owned(), deployment.to_owned());
            it.annotations
                .insert(marks::DEPLOYMENT_UID.to_owned(), format!("uid-of-{deployment}"));
        });
        self
    }

    /// The target's namespace.
    #[must_use]
    pub fn namespace(self, namespace: &str) -> Self {
        self.with(|it| it.cluster.set_namespace(namespace));
        self
    }

    /// One of the labels that say whose an object is.
    #[must_use]
    pub fn label(self, key: &str, value: &str) -> Self {
        self.with(|it| it.labels.insert(key.to_owned(), value.to_owned()));
        self
    }

    /// A variable of the release.
    #[must_use]
    pub fn variable(self, name: &str, value: &str) -> Self {
        self.with(|it| it.variables.insert(name.to_owned(), value.to_owned()));
        self
    }

    /// An object that somebody else put into the cluster.
    #[must_use]
    pub fn holding(self, object: &Value) -> Self {
        self.with(|it| it.cluster.put(object));
        self
    }

    /// An object that an earlier deployment wrote, as `{group, version, kind, namespace, name, deployment}`.
    #[must_use]
    pub fn inventory(self, written: Value) -> Self {
        self.with(|it| it.inventory.push(written));
        self
    }

    /// Calls that begin so, as `apply Role` or `delete RoleBinding web/x`, are answered no.
    #[must_use]
    pub fn refusing(self, call: &str, reason: Reason) -> Self {
        self.refuse(call, reason, None)
    }

    /// The next call that begins so is answered no; later ones are done.
    #[must_use]
    pub fn refusing_once(self, call: &str, reason: Reason) -> Self {
        self.refuse(call, reason, Some(1))
    }

    /// The next wait ends with a failure seen early. Waits that nothing is said of are met.
    #[must_use]
    pub fn failing_wait(self, evidence: Evidence) -> Self {
        let waited = Waited::Failed(vec![memory_types::seen(evidence)]);
        self.with(|it| it.cluster.end_wait(waited));
        self
    }

    /// While the step waits, after so many waits without it, somebody else writes this object, such as its status.
    #[must_use]
    pub fn changing_while_waiting(self, waits: usize, object: &Value) -> Self {
        self.with(|it| it.cluster.put_while_waiting(waits, object));
        self
    }

    /// Runs a step with these inputs.
    pub fn run<S: Step>(&self, inputs: &Value) -> Result<(), Failure> {
        self.within(|| step::run::<S>(&inputs.to_string()))
    }

    /// Runs a step whose `check` must name every right that it uses: a call that needs another one panics. Answers with
    /// the rights that it named and did not use, as [`checked`] writes them.
    pub fn run_within_rights<S: Step>(&self, inputs: &Value) -> (Result<(), Failure>, Vec<String>) {
        let named = check::<S>(inputs).expect("only inputs that `check` takes are run");
        self.with(|it| it.rights.enforce(named));
        let outcome = self.run::<S>(inputs);
        let unused = self.with(|it| it.rights.unused(it.cluster.namespace().as_deref()));
        (outcome, unused.iter().map(line).collect())
    }

    /// Runs any code that calls the host.
    pub fn within<T>(&self, code: impl FnOnce() -> T) -> T {
        let before = CURRENT.replace(Some(self.clone()));
        let answer = code();
        CURRENT.set(before);
        answer
    }

    /// The object of this kind and name, whatever its namespace.
    pub fn object(&self, kind: &str, name: &str) -> Option<Value> {
        self.with(|it| it.cluster.object(kind, name))
    }

    /// Every call to the cluster so far, as `apply ConfigMap web/greeting`.
    pub fn calls(&self) -> Vec<String> {
        self.with(|it| it.cluster.calls())
    }

    /// The calls that write.
    pub fn writes(&self) -> Vec<String> {
        let writes = |it: &String| {
            ["apply ", "patch ", "delete "]
                .iter()
                .any(|verb| it.starts_with(verb))
        };
        self.calls().into_iter().filter(writes).collect()
    }

    /// Forgets the calls, the log and the progress so far.
    pub fn forget(&self) {
        self.with(|it| {
            it.cluster.forget_calls();
            it.log.clear();
            it.progress.clear();
        });
    }

    /// The task log, as `info: hello`.
    pub fn log(&self) -> Vec<String> {
        self.with(|it| it.log.clone())
    }

    /// The progress reported, as `1/3 message`.
    pub fn progress(&self) -> Vec<String> {
        self.with(|it| it.progress.clone())
    }

    /// An output; of a sensitive one the handle, as `{"sensitive": handle}`.
    pub fn output(&self, name: &str) -> Option<Value> {
        self.with(|it| it.outputs.get(name).cloned())
    }

    /// The milestones reached, with their details.
    pub fn milestones(&self) -> Vec<(String, Value)> {
        self.with(|it| it.milestones.clone())
    }

    fn refuse(self, call: &str, reason: Reason, times: Option<usize>) -> Self {
        self.with(|it| it.cluster.refuse(call, reason, times));
        self
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.borrow_mut())
    }
}

/// What a step says of itself, as the engine reads it.
pub fn describe<S: Step>() -> Value {
    step::describe::<S>()
}

/// What a step says these inputs need. There is no host: a call would panic, as it traps in the engine.
pub fn check<S: Step>(inputs: &Value) -> Result<Vec<Capability>, Vec<Cause>> {
    step::check::<S>(&inputs.to_string())
}

/// How long a step says that a run with these inputs may take.
pub fn time_limit<S: Step>(inputs: &Value) -> Option<Duration> {
    let needs = step::needs::<S>(&inputs.to_string()).ok()?;
    needs["timeLimitSeconds"].as_u64().map(Duration::from_secs)
}

/// What a step says these inputs need, one line each, for golden lists.
pub fn checked<S: Step>(inputs: &Value) -> String {
    let lines: Vec<String> = match check::<S>(inputs) {
        Ok(capabilities) => capabilities.iter().map(line).collect(),
        Err(causes) => causes.iter().map(|it| format!("refused: {it}")).collect(),
    };
    lines.join("\n")
}

fn line(capability: &Capability) -> String {
    let verbs: Vec<&str> = capability.verbs.iter().map(|it| it.name()).collect();
    let group = if capability.group.is_empty() {
        "core"
    } else {
        &capability.group
    };
    let namespace = capability
        .namespace
        .as_ref()
        .map(|it| format!("{it}/"))
        .unwrap_or_default();
    format!(
        "{group} {} {namespace}{}: {}",
        capability.kind,
        capability.name,
        verbs.join(" ")
    )
}

fn current<T>(f: impl FnOnce(&mut State) -> T) -> T {
    let host = CURRENT.with_borrow(Clone::clone);
    host.expect("a step calls its host only while it runs; in tests, within `testing::Host`")
        .with(f)
}

#[cfg(test)]
mod tests;
