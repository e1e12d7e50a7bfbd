//! What stands before a line: how it went, at a glance.

use anstyle::{AnsiColor, Style};
use shipslog_api::deployments::{DeploymentStatus, GateStatus, RunStatus};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// As it should, also a turning point.
    Passed,
    /// It did not, also a call that was refused.
    Failed,
    /// It could not be found out whether it did.
    Errored,
    /// It was stopped.
    Stopped,
    /// It goes on.
    Running,
    /// It has not begun: no news.
    Pending,
    /// Something that is said beside.
    Plain,
}

impl Sign {
    pub(super) fn drawn(self) -> (char, Style) {
        let (sign, colour) = match self {
            Self::Passed => ('✓', AnsiColor::Green),
            Self::Failed => ('✗', AnsiColor::Red),
            Self::Errored => ('!', AnsiColor::Yellow),
            Self::Stopped => ('-', AnsiColor::Yellow),
            Self::Running => ('▸', AnsiColor::Cyan),
            Self::Pending | Self::Plain => return ('·', Style::new().dimmed()),
        };
        (sign, colour.on_default())
    }
}

impl From<GateStatus> for Sign {
    fn from(status: GateStatus) -> Self {
        match status {
            GateStatus::Pending => Self::Pending,
            GateStatus::Open => Self::Running,
            GateStatus::Passed => Self::Passed,
            GateStatus::Failed | GateStatus::Expired => Self::Failed,
            GateStatus::Left => Self::Stopped,
        }
    }
}

impl From<RunStatus> for Sign {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Pending => Self::Pending,
            RunStatus::Running => Self::Running,
            RunStatus::Succeeded => Self::Passed,
            RunStatus::Failed => Self::Failed,
            RunStatus::Errored => Self::Errored,
            RunStatus::Cancelled => Self::Stopped,
        }
    }
}

impl From<DeploymentStatus> for Sign {
    fn from(status: DeploymentStatus) -> Self {
        match status {
            DeploymentStatus::Waiting => Self::Plain,
            DeploymentStatus::Running => Self::Running,
            DeploymentStatus::Succeeded => Self::Passed,
            DeploymentStatus::Failed => Self::Failed,
            DeploymentStatus::Cancelled | DeploymentStatus::Superseded => Self::Stopped,
        }
    }
}
