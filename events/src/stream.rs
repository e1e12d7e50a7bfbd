//! Streams: the units of consistency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{DeploymentId, ReleaseVersion};

/// Whose turn it is on one project and environment is decided per lane. The key is made of slugs:
/// `<project>/<environment>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneKey(String);

impl LaneKey {
    /// A lane from the slugs of its project and environment.
    pub fn new(project_slug: &str, environment_slug: &str) -> Self {
        Self(format!("{project_slug}/{environment_slug}"))
    }

    /// The key as it stands in the stream's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LaneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stream of events with versions of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// All configuration documents.
    Configuration,
    /// The releases of one project, by its slug.
    Releases(String),
    /// How far one release has come, by its project's slug and its version.
    Progress(String, ReleaseVersion),
    /// One lane: turns.
    Lane(LaneKey),
    /// What one lane has in clusters.
    Objects(LaneKey),
    /// One deployment.
    Deployment(DeploymentId),
    /// API keys.
    Access,
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration => f.write_str("configuration"),
            Self::Releases(project) => write!(f, "releases/{project}"),
            Self::Progress(project, version) => write!(f, "progress/{project}/{version}"),
            Self::Lane(key) => write!(f, "lane/{key}"),
            Self::Objects(key) => write!(f, "objects/{key}"),
            Self::Deployment(id) => write!(f, "deployment/{}", id.0),
            Self::Access => f.write_str("access"),
        }
    }
}

/// The text names no stream that this version knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no stream of the log")]
pub struct UnknownStream(String);

impl FromStr for Stream {
    type Err = UnknownStream;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownStream(text.to_owned());
        match text.split_once('/') {
            None if text == "configuration" => Ok(Self::Configuration),
            None if text == "access" => Ok(Self::Access),
            Some(("releases", project)) => Ok(Self::Releases(project.to_owned())),
            Some(("progress", key)) => {
                let (project, version) = key.split_once('/').ok_or_else(unknown)?;
                Ok(Self::Progress(project.to_owned(), version.into()))
            }
            Some(("lane", key)) => Ok(Self::Lane(LaneKey(key.to_owned()))),
            Some(("objects", key)) => Ok(Self::Objects(LaneKey(key.to_owned()))),
            Some(("deployment", number)) => number
                .parse()
                .map(|it| Self::Deployment(DeploymentId(it)))
                .map_err(|_| unknown()),
            None | Some(_) => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_reads_back_from_its_text() {
        for stream in [
            Stream::Configuration,
            Stream::Access,
            Stream::Releases("httpd".into()),
            Stream::Progress("httpd".into(), "1.0.0-rc.1+2".into()),
            Stream::Lane(LaneKey::new("httpd", "production")),
            Stream::Objects(LaneKey::new("httpd", "production")),
            Stream::Deployment(DeploymentId(841)),
        ] {
            assert_eq!(stream.to_string().parse(), Ok(stream));
        }
    }
}
