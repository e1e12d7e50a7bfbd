//! The local image registry, spoken to in its own protocol.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::image::{Blob, Image};
use crate::machine::{ANSWER, PATIENCE};

/// Whether something answers well at this address.
pub(super) fn answers(url: &str) -> bool {
    agent(ANSWER)
        .get(url)
        .call()
        .is_ok_and(|response| response.status().is_success())
}

/// Puts an image under a tag: its parts first, for a registry takes no manifest whose parts it lacks.
pub(super) fn push(registry: &str, repository: &str, tag: &str, image: &Image) -> Result<()> {
    let agent = agent(PATIENCE);
    let base = format!("{registry}/v2/{repository}");
    for blob in image.blobs() {
        push_blob(&agent, &base, blob)
            .with_context(|| format!("cannot push a part of {repository}:{tag}"))?;
    }
    let (manifest, index) = (image.manifest(), image.index());
    push_manifest(&agent, &base, &manifest.digest, manifest)?;
    push_manifest(&agent, &base, tag, index)
}

fn push_blob(agent: &Agent, base: &str, blob: &Blob) -> Result<()> {
    if agent
        .head(format!("{base}/blobs/{}", blob.digest))
        .call()?
        .status()
        .is_success()
    {
        return Ok(());
    }
    let started = expect(agent.post(format!("{base}/blobs/uploads/")).send_empty()?)?;
    let location = started
        .headers()
        .get("location")
        .context("the registry names no place for an upload")?;
    let place = finishing(base, location.to_str()?, &blob.digest);
    expect(
        agent
            .put(place)
            .header("content-type", "application/octet-stream")
            .send(&blob.bytes[..])?,
    )?;
    Ok(())
}

fn push_manifest(agent: &Agent, base: &str, reference: &str, manifest: &Blob) -> Result<()> {
    let put = agent.put(format!("{base}/manifests/{reference}"));
    expect(
        put.header("content-type", manifest.media_type)
            .send(&manifest.bytes[..])?,
    )?;
    Ok(())
}

fn expect(mut response: Response<Body>) -> Result<Response<Body>> {
    let status = response.status();
    let said = if status.is_success() {
        String::new()
    } else {
        response.body_mut().read_to_string()?
    };
    ensure!(
        status.is_success(),
        "the registry answers {status}: {}",
        said.trim()
    );
    Ok(response)
}

/// An upload's place may be relative, and mostly has a query already.
fn finishing(base: &str, location: &str, digest: &str) -> String {
    let host = base.split("/v2/").next().unwrap_or(base);
    let place = if location.starts_with('/') {
        format!("{host}{location}")
    } else {
        location.to_owned()
    };
    let joint = if place.contains('?') { '&' } else { '?' };
    format!("{place}{joint}digest={digest}")
}

/// Never by a proxy: the registry is on this machine.
fn agent(patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(patience));
    config.build().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_finished_where_the_registry_says() {
        let base = "http://198.18.0.2:5000/v2/library/httpd";
        assert_eq!(
            finishing(base, "/v2/up/1?state=x", "sha256:a"),
            "http://198.18.0.2:5000/v2/up/1?state=x&digest=sha256:a"
        );
        assert_eq!(
            finishing(base, "http://other/up/1", "sha256:a"),
            "http://other/up/1?digest=sha256:a"
        );
    }
}
