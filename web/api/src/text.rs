//! Ids that travel as people write them: by their own `Display` and `FromStr`, whatever form they have in the log.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer, de};

pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?
        .parse()
        .map_err(de::Error::custom)
}

/// The same where there may be none.
pub(crate) mod option {
    use super::{Deserialize as _, Deserializer, Display, FromStr, Serializer, de};

    #[expect(clippy::ref_option, reason = "it is what serde hands over")]
    pub(crate) fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Display,
        S: Serializer,
    {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|it| it.parse().map_err(de::Error::custom)).transpose()
    }
}

/// The same for what names lead to.
pub(crate) mod values {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, de};

    pub(crate) fn serialize<K, T, S>(values: &BTreeMap<K, T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize,
        T: Display,
        S: Serializer,
    {
        serializer.collect_map(values.iter().map(|(key, value)| (key, value.to_string())))
    }

    pub(crate) fn deserialize<'de, K, T, D>(deserializer: D) -> Result<BTreeMap<K, T>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let texts = BTreeMap::<K, String>::deserialize(deserializer)?;
        let values = texts
            .into_iter()
            .map(|(key, text)| Ok((key, text.parse().map_err(de::Error::custom)?)));
        values.collect()
    }
}
