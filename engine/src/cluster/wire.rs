//! One request and its answer: bounded, repeated where that is safe.

use super::Options;

pub(super) struct Wire {
    client: kube::Client,
    options: Options,
}

impl Wire {
    pub(super) fn new(client: kube::Client, options: Options) -> Self {
        Self { client, options }
    }
}
