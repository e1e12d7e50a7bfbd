//! The problems that handlers can be answered with, for their descriptions.

use std::collections::BTreeMap;

use shipslog_api::Problem;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

/// The problems that a read without a key can be answered with.
pub(crate) struct OpenProblems;

impl IntoResponses for OpenProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, UNKNOWN, FAILED, BEHIND])
    }
}

/// The problem of what cannot fail, but can be asked in a way that it does not understand.
pub(crate) struct ParameterProblem;

impl IntoResponses for ParameterProblem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE])
    }
}

/// The problems that any other read can be answered with.
pub(crate) struct ReadProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, NO_KEY, TOO_SMALL, UNKNOWN, FAILED, BEHIND])
    }
}

/// The problems that a write can be answered with.
pub(crate) struct WriteProblems;

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNREADABLE, NO_KEY, TOO_SMALL, UNKNOWN, REFUSED, FAILED])
    }
}

/// The problems that come on top where a write has a body.
pub(crate) struct BodyProblems;

impl IntoResponses for BodyProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("413", "The body is larger than 4 MiB"),
            ("415", "The body is not `application/json`"),
            ("422", "The input is wrong in the places named; nothing was kept"),
        ])
    }
}

/// The problem that comes on top where a feed is asked.
pub(crate) struct OutsideProblem;

impl IntoResponses for OutsideProblem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[("502", "The feed did not answer as it should")])
    }
}

type Described = (&'static str, &'static str);

const UNREADABLE: Described = ("400", "The request cannot be read");
const NO_KEY: Described = ("401", "No API key, or one that opens nothing");
const TOO_SMALL: Described = ("403", "The key's access role is too small");
const UNKNOWN: Described = ("404", "There is no such thing; the nearest is named");
const REFUSED: Described = ("409", "Refused by the rules; nothing was kept");
const FAILED: Described = ("500", "The server failed");
const BEHIND: Described = (
    "503",
    "`minPosition` was not reached in time, or what is read is made anew from the log",
);

fn problems(statuses: &[Described]) -> BTreeMap<String, RefOr<Response>> {
    let content = || {
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(Problem::name())))
            .build()
    };
    statuses
        .iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(*description)
                .content("application/problem+json", content())
                .build();
            ((*status).to_owned(), RefOr::T(response))
        })
        .collect()
}
