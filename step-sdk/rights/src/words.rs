//! How what was seen in a cluster is written down: by the host, by steps and by their tests alike.

use core::fmt;

/// A condition that is not as it should be stands among the events of an object, and begins so.
pub const CONDITION: &str = "condition: ";

/// An object in words, as `ConfigMap web/greeting`, or `Namespace web` where none is said or there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// As in `kind:`.
    pub kind: &'a str,
    /// Where it is, if that is said.
    pub namespace: Option<&'a str>,
    /// How it is called there.
    pub name: &'a str,
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_with_its_namespace_if_it_says_one() {
        let object = Object {
            kind: "ConfigMap",
            namespace: Some("web"),
            name: "greeting",
        };
        assert_eq!(object.to_string(), "ConfigMap web/greeting");
        let object = Object {
            namespace: None,
            ..object
        };
        assert_eq!(object.to_string(), "ConfigMap greeting");
    }
}
