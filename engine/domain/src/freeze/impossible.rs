//! Why a run cannot begin, or cannot go on.

use shipslog_events::event::deployment::{AttemptOutcome, EndReason};
use shipslog_events::ids::{AccountName, AttemptId, EnvironmentName, ReleaseVersion, TargetName};

use crate::capability::{Capability, not_granted};
use crate::document::Output;
use crate::schema::Problem;

/// Why a run cannot begin, or cannot go on. Users read the sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Impossible {
    /// The target or its certificate.
    #[error("target {0} or its certificate is not there any more; apply it again")]
    NoTarget(TargetName),
    /// The target belongs to other environments now.
    #[error("target {target} does not belong to {environment} any more; give it back to it, or deploy again")]
    TargetMoved {
        /// The target.
        target: TargetName,
        /// Where the deployment goes.
        environment: EnvironmentName,
    },
    /// The target leads to another cluster with another account or namespace now.
    #[error(
        "target {0} leads to another cluster, with another account or namespace, than when this was requested; deploy \
         again"
    )]
    TargetElsewhere(TargetName),
    /// The target's account.
    #[error("account {0} is not there; it was erased")]
    NoAccount(AccountName),
    /// It has neither certificate nor token nor password.
    #[error("account {0} holds no credentials")]
    AccountEmpty(AccountName),
    /// Its token is an output that is not there.
    #[error(
        "account {account} has no token yet: it is output `{}` of step {} of project {} in {}, and {why}",
        wanted.output, wanted.step, wanted.project, wanted.environment
    )]
    AccountWithoutToken {
        /// The account without a token.
        account: AccountName,
        /// Where it is made.
        wanted: Box<Output>,
        /// Why it is not there, and what to do.
        why: String,
    },
    /// What its credential's handle stands for.
    #[error("the secret of account {0} is not kept any more; apply it again")]
    SecretGone(AccountName),
    /// The step's component is not kept, or is not what it was.
    #[error("{0}")]
    NoComponent(String),
    /// The step's component does not answer.
    #[error("{0}")]
    ComponentErrored(String),
    /// The body of the release's event.
    #[error("what release {0} froze was erased; create a new release")]
    ReleaseErased(ReleaseVersion),
    /// The bodies of an earlier attempt's event.
    #[error("the inputs of attempt {0} were erased; create a new deployment")]
    InputsErased(AttemptId),
    /// They do not resolve there, or do not fit the schema.
    #[error("the step's inputs cannot be used here: {}", all(.0))]
    Inputs(Vec<Problem>),
    /// The component itself does not take them.
    #[error("{0}")]
    InputsRefused(String),
    /// The step needs more than the project grants.
    #[error("{}", not_granted(.0))]
    NotGranted(Vec<Capability>),
    /// The step needs more than the boundary allows: the rules.
    #[error("the target's boundary does not allow what the step needs; nothing was asked of the cluster: {}", .0.join("; "))]
    OutsideBoundary(Vec<String>),
    /// The API server allows the account less than the step needs.
    #[error("account {account} may not do what the step needs; this attempt wrote nothing. Missing: {}", missing.join("; "))]
    RightsMissing {
        /// As whom it was asked.
        account: AccountName,
        /// What is missing, each in words.
        missing: Vec<String>,
    },
    /// Its address or certificate is none, or it does not answer as clusters do.
    #[error("{0}")]
    ClusterUnusable(String),
    /// It does not answer.
    #[error("{0}")]
    ClusterAway(String),
    /// Our own failure.
    #[error("the server could not do it: {0}")]
    ServerFailed(String),
}

impl Impossible {
    /// What the server fails at while a run begins: the next attempt may do better.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::ServerFailed(error.to_string())
    }

    /// The word for programs: it is kept with the end of the attempt.
    pub fn reason(&self) -> EndReason {
        match self {
            Self::NoTarget(_) | Self::TargetMoved { .. } | Self::TargetElsewhere(_) => EndReason::NoTarget,
            Self::NoAccount(_) => EndReason::NoAccount,
            Self::AccountEmpty(_) => EndReason::AccountEmpty,
            Self::AccountWithoutToken { .. } => EndReason::AccountWithoutToken,
            Self::SecretGone(_) => EndReason::SecretGone,
            Self::NoComponent(_) => EndReason::NoComponent,
            Self::ComponentErrored(_) => EndReason::ComponentErrored,
            Self::ReleaseErased(_) => EndReason::ReleaseErased,
            Self::InputsErased(_) => EndReason::InputsErased,
            Self::Inputs(_) | Self::InputsRefused(_) => EndReason::InputsUnfit,
            Self::NotGranted(_) => EndReason::NotGranted,
            Self::OutsideBoundary(_) => EndReason::OutsideBoundary,
            Self::RightsMissing { .. } => EndReason::RightsMissing,
            Self::ClusterUnusable(_) => EndReason::ClusterUnusable,
            Self::ClusterAway(_) => EndReason::ClusterAway,
            Self::ServerFailed(_) => EndReason::ServerFailed,
        }
    }

    /// How the attempt ends.
    pub fn outcome(&self) -> AttemptOutcome {
        self.reason().outcome()
    }
}

fn all(problems: &[Problem]) -> String {
    let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
    sentences.join("; ")
}
