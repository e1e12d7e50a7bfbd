//! Objects in clusters. They have no rows: what a lane has is its own stream folded.

use shipslog_events::event::object::ObjectEvent;

use super::lane::about;
use super::{Current, Effect};
use crate::views::Error;

pub(super) fn row(current: &dyn Current, event: &ObjectEvent) -> Result<Effect, Error> {
    let deployment = match event {
        ObjectEvent::ClusterRecognised { deployment, .. } => *deployment,
        ObjectEvent::ObjectIntended { call, .. }
        | ObjectEvent::ObjectWritten { call, .. }
        | ObjectEvent::ObjectDeleted { call, .. }
        | ObjectEvent::ObjectRefused { call }
        | ObjectEvent::ObjectRemoved { call, .. }
        | ObjectEvent::DriftTakenBack { call, .. } => call.deployment,
    };
    Ok((None, about(current, deployment)?))
}
