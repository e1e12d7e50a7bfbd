//! The last lines of a container's log.

use super::{Cluster, Error, ObjectReference};

impl Cluster {
    /// The last lines, oldest first; `previous` for those of the container before its last restart.
    pub async fn logs(
        &self,
        pod: &ObjectReference,
        container: &str,
        tail_lines: u32,
        previous: bool,
    ) -> Result<Vec<String>, Error> {
        let _ = (pod, container, tail_lines, previous);
        unimplemented!()
    }
}
