//! Verbs as documents have them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Verb;

/// A verb by its name. The shared type knows nothing of documents.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named(Verb);

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let verb = Verb::named(&name).ok_or_else(|| D::Error::unknown_variant(&name, &Verb::NAMES))?;
        Ok(Self(verb))
    }
}

impl JsonSchema for Named {
    fn schema_name() -> Cow<'static, str> {
        "Verb".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let each = Verb::ALL
            .map(|it| json_schema!({ "type": "string", "const": it.name(), "description": it.meaning() }));
        json_schema!({
            "description": "What may be done. `Apply` is patch and create at the API server, `Logs` is get on pods/log.",
            "oneOf": each,
        })
    }
}

pub(super) fn serialize<S: Serializer>(verbs: &BTreeSet<Verb>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(verbs.iter().copied().map(Named))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Verb>, D::Error> {
    let named = BTreeSet::<Named>::deserialize(deserializer)?;
    Ok(named.into_iter().map(|it| it.0).collect())
}
