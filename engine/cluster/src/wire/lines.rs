//! An answer that arrives line by line.

use http_body_util::BodyExt;
use kube::client::Body;

/// The lines of a body, as they come.
pub(crate) struct Lines {
    body: Body,
    read: Vec<u8>,
    limit: u64,
}

impl Lines {
    pub(super) fn new(body: Body, limit: u64) -> Self {
        Self {
            body,
            read: Vec::new(),
            limit,
        }
    }

    /// The next whole line; nothing when the answer has ended, was cut off, or is too long to be kept.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.read.iter().position(|it| *it == b'\n') {
                let rest = self.read.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.read, rest);
                line.pop();
                return Some(line);
            }
            if self.read.len() as u64 > self.limit {
                return None;
            }
            let frame = self.body.frame().await?.ok()?;
            if let Some(data) = frame.data_ref() {
                self.read.extend_from_slice(data);
            }
        }
    }
}
