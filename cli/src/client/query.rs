//! The parameters of a request, after `?`.

use serde::Serialize;
use serde_json::Value;

/// The parameters of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// No parameters.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// The fields of one of the API's types that have a value.
    pub(crate) fn of(parameters: &impl Serialize) -> Self {
        let fields = serde_json::to_value(parameters).expect("the API's types are plain data");
        let Value::Object(fields) = fields else {
            return Self::NONE;
        };
        let pairs = fields.into_iter().filter_map(|(name, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        });
        Self(pairs.collect())
    }

    /// The same with those of another type.
    pub(super) fn and(&self, parameters: &impl Serialize) -> Self {
        let more = Self::of(parameters);
        Self(self.0.iter().cloned().chain(more.0).collect())
    }

    /// Names with values.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use shipslog_api::deployments::Filter;
    use shipslog_api::paging::Listing;

    use super::*;

    #[test]
    fn only_what_has_a_value_becomes_a_parameter() {
        let filter = Filter {
            project: Some("Httpd".into()),
            open: true,
            ..Filter::default()
        };
        let listing = Listing {
            limit: Some(7),
            ..Listing::default()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            Query::of(&filter).and(&listing).pairs(),
            [pair("open", "true"), pair("project", "Httpd"), pair("limit", "7")]
        );
        assert_eq!(Query::of(&Filter::default()), Query::NONE);
    }
}
