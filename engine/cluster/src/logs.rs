//! The last lines of a container's log.

use super::wire::Call;
use super::{Cluster, Error, ObjectReference, path};

/// The most lines, and the most bytes, that are asked for.
const LINES: u32 = 10_000;
const BYTES: &str = "1048576";

impl Cluster {
    /// The last lines, oldest first; `previous` for those of the container before its last restart.
    pub async fn logs(
        &self,
        pod: &ObjectReference,
        container: &str,
        tail_lines: u32,
        previous: bool,
    ) -> Result<Vec<String>, Error> {
        if pod.kind != "Pod" || !pod.group.is_empty() {
            return Err(Error::invalid(
                "kind",
                format!("only a Pod has logs, a {} has none", pod.kind),
            ));
        }
        path::name("container", container)?;
        let place = self.place(pod).await?;
        let lines = tail_lines.min(LINES).to_string();
        let previous = if previous { "true" } else { "" };
        let query = [
            ("container", container),
            ("tailLines", &lines),
            ("limitBytes", BYTES),
            ("previous", previous),
        ];
        let call = Call::get(path::query(&format!("{}/log", place.path), &query));
        let answer = self.inner.wire.ask(&call).await?;
        Ok(String::from_utf8_lossy(&answer.body)
            .lines()
            .map(ToOwned::to_owned)
            .collect())
    }
}
