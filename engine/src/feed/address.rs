//! Where a registry is, what it calls an image, and what a cluster calls it.

use crate::feed::Feed;
use crate::feed::error::Reason;

/// All of them are Docker Hub.
const HUB: [&str; 5] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
];
/// Where Docker Hub keeps the images that have no owner.
const LIBRARY: &str = "library";

/// A feed's url, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Plain http.
    pub(super) plain: bool,
    /// Host and perhaps port; `docker.io` for Docker Hub.
    pub(super) host: String,
    /// Before every image's name; may be empty.
    folder: String,
}

impl Address {
    pub(super) fn of(feed: &Feed) -> Result<Self, Reason> {
        Self::parse(feed.url.trim()).ok_or_else(|| Reason::Address {
            url: without_user(&feed.url),
        })
    }

    fn parse(url: &str) -> Option<Self> {
        let (plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (None, rest) => (true, rest?),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.trim_matches('/');
        let folder = match path {
            "v1" | "v2" => "",
            path => path.strip_prefix("v2/").unwrap_or(path),
        };
        let host = if HUB.contains(&host) { HUB[0] } else { host };
        let sound = !host.is_empty()
            && host
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || ".-:[]".contains(it));
        (sound && (folder.is_empty() || is_name(folder))).then(|| Self {
            plain,
            host: host.to_owned(),
            folder: folder.to_owned(),
        })
    }

    /// What the registry calls the image.
    pub(super) fn repository(&self, image: &str) -> Result<String, Reason> {
        let image = self.without_host(image)?;
        let library = self.is_hub() && self.folder.is_empty() && !image.contains('/');
        Ok(joined(if library { LIBRARY } else { &self.folder }, image))
    }

    /// What a cluster calls it. With a prefix, the image's name follows as it was written.
    pub(super) fn pulled_name(&self, image: &str, prefix: Option<&str>) -> Result<String, Reason> {
        let Some(prefix) = prefix else {
            return Ok(joined(&self.host, &self.repository(image)?));
        };
        let prefix = prefix.trim().trim_matches('/');
        let image = self.without_host(image)?;
        let in_library = prefix == LIBRARY || prefix.ends_with("/library");
        let once = if in_library {
            image.strip_prefix("library/").unwrap_or(image)
        } else {
            image
        };
        Ok(joined(prefix, once))
    }

    /// People paste `docker.io/library/httpd`.
    fn without_host<'a>(&self, image: &'a str) -> Result<&'a str, Reason> {
        let image = match image.split_once('/') {
            Some((host, rest)) if host == self.host || (self.is_hub() && HUB.contains(&host)) => rest,
            Some(_) | None => image,
        };
        if is_name(image) {
            Ok(image)
        } else {
            Err(Reason::Name)
        }
    }

    fn is_hub(&self) -> bool {
        self.host == HUB[0]
    }
}

/// Lower case words joined by `.`, `_`, `-` and `/`, as the distribution specification has it, or nearly.
fn is_name(text: &str) -> bool {
    let is_end = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.len() <= 255
        && text.split('/').all(|part| {
            let bytes = part.as_bytes();
            bytes.iter().all(|it| is_end(*it) || b"._-".contains(it))
                && bytes.first().is_some_and(|it| is_end(*it))
                && bytes.last().is_some_and(|it| is_end(*it))
        })
}

/// A tag as registries take them.
pub(super) fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|it| is_word(it) || b".-".contains(&it))
}

fn joined(folder: &str, image: &str) -> String {
    if folder.is_empty() {
        image.to_owned()
    } else {
        format!("{folder}/{image}")
    }
}

/// A password in a url is not repeated.
fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::parse(url).unwrap()
    }

    fn names(url: &str, image: &str, prefix: Option<&str>) -> (String, String) {
        let address = address(url);
        (
            address.repository(image).unwrap(),
            address.pulled_name(image, prefix).unwrap(),
        )
    }

    #[test]
    fn every_form_of_docker_hub_means_the_same() {
        for url in [
            "https://docker.io",
            "https://index.docker.io/v1/",
            "https://registry-1.docker.io/v2",
        ] {
            for image in [
                "httpd",
                "library/httpd",
                "docker.io/library/httpd",
                "index.docker.io/httpd",
            ] {
                let expected = ("library/httpd".to_owned(), "docker.io/library/httpd".to_owned());
                assert_eq!(names(url, image, None), expected, "{url} {image}");
            }
            assert_eq!(names(url, "bitnami/apache", None).1, "docker.io/bitnami/apache");
        }
    }

    #[test]
    fn a_pull_prefix_changes_what_the_cluster_pulls_and_nothing_else() {
        for (url, image, prefix, repository, pulled) in [
            ("https://docker.io", "httpd", "", "library/httpd", "httpd"),
            (
                "https://docker.io",
                "httpd",
                "docker.io/library",
                "library/httpd",
                "docker.io/library/httpd",
            ),
            (
                "https://docker.io",
                "library/httpd",
                "docker.io/library/",
                "library/httpd",
                "docker.io/library/httpd",
            ),
            (
                "https://docker.io",
                "library/httpd",
                "mirror:5000/hub",
                "library/httpd",
                "mirror:5000/hub/library/httpd",
            ),
            ("http://127.0.0.1:5000", "httpd", "", "httpd", "httpd"),
            (
                "http://127.0.0.1:5000/library",
                "httpd",
                "docker.io/library",
                "library/httpd",
                "docker.io/library/httpd",
            ),
        ] {
            let expected = (repository.to_owned(), pulled.to_owned());
            assert_eq!(
                names(url, image, Some(prefix)),
                expected,
                "{url} {image} {prefix}"
            );
        }
    }

    #[test]
    fn without_a_prefix_the_cluster_pulls_from_the_registry() {
        assert_eq!(
            names("http://127.0.0.1:5000", "team/web", None).1,
            "127.0.0.1:5000/team/web"
        );
        assert_eq!(
            names("https://r.example.com/v2/team", "web", None).1,
            "r.example.com/team/web"
        );
        assert_eq!(
            names("https://r.example.com", "r.example.com/web", None).1,
            "r.example.com/web"
        );
    }

    #[test]
    fn addresses_and_names_that_are_none_are_refused() {
        for url in [
            "registry",
            "ftp://r",
            "https://",
            "https://user:secret@r",
            "https://r/a b",
            "https://r?x=1",
        ] {
            assert_eq!(Address::parse(url), None, "{url}");
        }
        assert!(!without_user("https://user:secret@r").contains("secret"));
        for image in [
            "",
            "Httpd",
            "httpd:2.4",
            "httpd@sha256:00",
            "../x",
            "a//b",
            "a b",
            "a/",
        ] {
            assert!(address("https://r").repository(image).is_err(), "{image}");
        }
    }

    #[test]
    fn tags_are_what_registries_take() {
        assert!(is_tag("2.4.71-alpine") && is_tag("_x") && is_tag("Latest"));
        assert!(
            !is_tag("") && !is_tag("-x") && !is_tag("a/b") && !is_tag("a?b") && !is_tag(&"a".repeat(129))
        );
    }
}
