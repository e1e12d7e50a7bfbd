//! Deployments: one release, one environment, steps and attempts.

mod end;

use serde::{Deserialize, Serialize};

use crate::event::configuration::Phase;
use crate::event::kinds::kinds;
use crate::event::process::{Entry, GateDecision, GateId};
use crate::event::release::FrozenStep;
use crate::ids::{
    AccountName, AttemptId, CertificateName, ComponentDigest, DeploymentId, EnvironmentName, ProjectName,
    ReleaseVersion, RoleName, TargetName,
};
use crate::journal::JournalHead;
use crate::stream::LaneKey;
use crate::words::words;

pub use end::{AttemptOutcome, DeploymentEndReason, EndReason, Outcome};

/// Names of the bodies that deployments' events come with.
pub mod body {
    /// Of `attempt-started`: the step's inputs, resolved, with handles. JSON.
    pub const INPUTS: &str = "inputs";
    /// Of `attempt-started`: where the run stands, and what else it is given. JSON.
    pub const SITUATION: &str = "situation";
    /// Of `access-denied`, `attempt-ended` and `deployment-ended`: what there is to say. Text.
    pub const MESSAGE: &str = "message";
    /// Of `milestone-reached`: what the step says of it. JSON.
    pub const DETAIL: &str = "detail";
    /// Of `gate-opened`: what whoever decides should know. Text.
    pub const INSTRUCTIONS: &str = "instructions";
    /// Of `output-set`: JSON, or a handle where it is sensitive.
    pub const VALUE: &str = "value";
}

/// What a run may use; frozen when it begins, so that it is stopped at the same place when it is resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// All memories and tables together.
    pub memory_bytes: u64,
    /// What one host call may copy.
    pub call_bytes: u64,
    /// Host calls.
    pub calls: u64,
    /// Entries of the journal.
    pub journal_entries: u64,
    /// Bytes of all entries together.
    pub journal_bytes: u64,
    /// Bytes of one answer.
    pub answer_bytes: u64,
}

/// A step with the targets that it runs on, in order: no choice is left to running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// As the release froze it.
    #[serde(flatten)]
    pub step: FrozenStep,
    /// None where no target there has one of its roles: then the step is skipped.
    pub targets: Vec<TargetName>,
}

/// A target as it was when a deployment was requested: what its runs hold to. Where its cluster is reached, and with which
/// credentials of the account, is what configuration says by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTarget {
    /// Its name.
    pub name: TargetName,
    /// Revision of its document.
    pub revision: u64,
    /// Whose credentials are used.
    pub account: AccountName,
    /// The cluster's CA.
    pub certificate: CertificateName,
    /// Nothing for a target that spans the cluster.
    pub namespace: Option<String>,
    /// What it is for.
    pub roles: Vec<RoleName>,
}

/// Which rule said no; the layers are those of the step contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The step's own declaration does not list it.
    Declaration,
    /// The project did not grant it.
    Grant,
    /// Outside the target's namespace or scope.
    Boundary,
    /// The API server's RBAC refused the target's account.
    Cluster,
    /// Quota, `PodSecurity`, a webhook, a terminating namespace.
    Admission,
}

words! {
    Layer {
        Declaration => "declaration",
        Grant => "grant",
        Boundary => "boundary",
        Cluster => "cluster",
        Admission => "admission",
    }
}

/// Facts of streams `deployment/<n>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum DeploymentEvent {
    /// Accepted, with everything planned.
    ///
    /// Appended when a person deploys or promotes a release.
    ///
    /// Read by the driver, which carries out the steps as they were planned, on the targets as they were.
    DeploymentRequested {
        /// Its number.
        deployment: DeploymentId,
        /// Whose release.
        project: ProjectName,
        /// Which release.
        release: ReleaseVersion,
        /// Where to.
        environment: EnvironmentName,
        /// The phase of the lifecycle that the environment is in, as it was then.
        phase: Phase,
        /// The lane it goes through.
        lane: LaneKey,
        /// The process, steps with their targets.
        process: Vec<Entry<PlannedStep>>,
        /// The targets of all steps as they were, each once.
        targets: Vec<PlannedTarget>,
    },
    /// Its turn on the lane came.
    ///
    /// Appended by the driver, when the lane gives it the turn.
    ///
    /// Read by the driver, which begins attempts from then on.
    DeploymentStarted {},
    /// A run begins. Bodies: `inputs` (resolved, with handles) and `situation`.
    ///
    /// Appended by the driver, before anything of the run is done; together with `attempt-ended` where nothing could
    /// be frozen for it.
    ///
    /// Read by the driver: a run goes on with this seed, these limits and this deadline, and a later attempt is
    /// given the same inputs and the same situation; the address of the cluster is the latest while the step has made
    /// no call on the target.
    AttemptStarted {
        /// Which run.
        #[serde(flatten)]
        id: AttemptId,
        /// Hex, the same for every run of this step on this target.
        seed: String,
        /// Seconds until the run is stopped.
        deadline_seconds: u64,
        /// Version of the host that began it.
        host_version: String,
        /// The component that runs.
        component: ComponentDigest,
        /// What it may use.
        limits: Limits,
        /// How its journal is written; nothing where the run cannot begin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        journal_format: Option<u32>,
    },
    /// The server had stopped under the run, and sets about going on from its journal.
    ///
    /// Appended by the driver, once for each stop of the server under the run, and for each time that what it
    /// did could be recorded no further.
    ///
    /// Read by the driver, which gives a run up that was interrupted too often.
    AttemptResumed {
        /// Which run.
        #[serde(flatten)]
        id: AttemptId,
        /// How many entries there are to go on from.
        entries: u64,
        /// Version of the host that goes on.
        host_version: String,
    },
    /// A call was refused: once per attempt, layer and rule. Body: `message`, the API server's own words, where it was
    /// the one to refuse.
    ///
    /// Appended by a run, or by the driver before its first call.
    ///
    /// Read by nobody: it is told.
    AccessDenied {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// Who said no.
        layer: Layer,
        /// What was asked and what would allow it, in our own words.
        rule: String,
    },
    /// A turning point, such as traffic having moved. Body: `detail`.
    ///
    /// Appended by a run.
    ///
    /// Read by nobody: it is told.
    MilestoneReached {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// One that the step's description lists.
        name: String,
    },
    /// A value for later. Body: `value`, a handle where it is sensitive.
    ///
    /// Appended by a run.
    ///
    /// Read by accounts whose token is this output.
    OutputSet {
        /// In which run.
        #[serde(flatten)]
        id: AttemptId,
        /// One that the step's description lists.
        name: String,
        /// Whether the body is a handle.
        sensitive: bool,
    },
    /// The run is over. Body: `message`, where there is something to say.
    ///
    /// Appended by the driver, with the last entries of the run's journal.
    ///
    /// Read by the driver, which goes on, tries again after a pause, or ends the deployment; by the end of the
    /// deployment, which says whether anything ran.
    AttemptEnded {
        /// Which run.
        #[serde(flatten)]
        id: AttemptId,
        /// How the run ended.
        outcome: AttemptOutcome,
        /// Why it ended so, where it is not the step that says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<EndReason>,
        /// What its journal has come to. Nothing where none was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        journal: Option<JournalHead>,
    },
    /// It has come to a gate. Body: `instructions`, where there are any.
    ///
    /// Appended by the driver, before the turn for a gate before the first run, else when all before it has succeeded.
    ///
    /// Read by decisions at the gate, and by the driver: the gate's time runs from then on.
    GateOpened {
        /// Which gate.
        #[serde(flatten)]
        id: GateId,
    },
    /// What was decided at a gate.
    ///
    /// Appended when a person passes or fails it, or by the driver when its time is over.
    ///
    /// Read by the driver, which goes on, or ends the deployment.
    GateDecided {
        /// Which gate.
        #[serde(flatten)]
        id: GateId,
        /// Whether the deployment goes on.
        decision: GateDecision,
    },
    /// A person asked it to stop.
    ///
    /// Appended when a person cancels the deployment.
    ///
    /// Read by the driver, which asks its runs to stop and begins no other.
    CancelRequested {},
    /// It is over. Body: `message`, why and what was left behind.
    ///
    /// Appended by the driver, when every step has succeeded, one has failed, a gate was failed or its time is over, or it
    /// was cancelled and no run is left.
    ///
    /// Read by whoever would change the deployment: it takes no more commands.
    DeploymentEnded {
        /// How the deployment ended.
        outcome: Outcome,
        /// Why it ended so.
        reason: DeploymentEndReason,
    },
}

/// The type of the events that end attempts: their journals are checked against them.
pub const ATTEMPT_ENDED: &str = "attempt-ended";

kinds! {
    DeploymentEvent {
        DeploymentRequested => "deployment-requested" version 1,
        DeploymentStarted => "deployment-started" version 1,
        AttemptStarted => "attempt-started" version 1,
        AttemptResumed => "attempt-resumed" version 1,
        AccessDenied => "access-denied" version 1,
        MilestoneReached => "milestone-reached" version 1,
        OutputSet => "output-set" version 1,
        AttemptEnded => ATTEMPT_ENDED version 1,
        GateOpened => "gate-opened" version 1,
        GateDecided => "gate-decided" version 1,
        CancelRequested => "cancel-requested" version 1,
        DeploymentEnded => "deployment-ended" version 1,
    }
}
