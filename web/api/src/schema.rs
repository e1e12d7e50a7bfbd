//! `OpenAPI` schemas of the vocabulary's words. The vocabulary knows nothing of schemas, so they stand here, each as a
//! type that a field names by `value_type`.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use shipslog_events::event::access::AccessRole as Role;
use shipslog_events::event::configuration::Kind as DocumentKind;
use shipslog_events::event::deployment::{
    DeploymentEndReason as WhyEnded, EndReason as Reason, Layer as Rule,
};
use shipslog_events::event::process::GateKind as Who;
use shipslog_events::{LogLevel as Gravity, upcast};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A type that stands for an enum of the vocabulary.
macro_rules! vocabulary {
    ($(#[doc = $doc:literal])+ $name:ident of $of:ident) => {
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                words(concat!($($doc),+), $of::ALL)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

vocabulary!(
    /// What a key may do.
    AccessRole of Role
);
vocabulary!(
    /// A kind of configuration documents.
    Kind of DocumentKind
);
vocabulary!(
    /// Who said no.
    Layer of Rule
);
vocabulary!(
    /// Why a run ended so where it is not the step that says it.
    EndReason of Reason
);
vocabulary!(
    /// Why a deployment ended so.
    DeploymentEndReason of WhyEnded
);
vocabulary!(
    /// How grave a line of the task log is.
    LogLevel of Gravity
);

vocabulary!(
    /// Who decides at a gate.
    GateKind of Who
);

/// The types of events that the vocabulary knows.
pub(crate) struct EventType;

impl PartialSchema for EventType {
    fn schema() -> RefOr<Schema> {
        words("What happened.", upcast::kinds().map(|(name, _)| name))
    }
}

impl ToSchema for EventType {
    fn name() -> Cow<'static, str> {
        "EventType".into()
    }
}

fn words<T: Serialize>(description: &str, all: impl IntoIterator<Item = T>) -> RefOr<Schema> {
    let all = all
        .into_iter()
        .map(|it| serde_json::to_value(it).expect("a word is a text"));
    let object: Object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description.trim()))
        .enum_values::<_, Value>(Some(all))
        .build();
    object.into()
}
