//! An error of the contract as people read it: the bindings know it only as programs do.

use std::fmt::{self, Display, Formatter};

use crate::bindings::shipslog::step::kubernetes::{Denial, Error, FieldConflict, Layer};
use crate::bindings::shipslog::step::types::Cause;

/// Says the error, without a full stop.
pub(super) struct Sentence<'a>(pub(super) &'a Error);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::NotFound => f.write_str("not found"),
            Error::Changed => f.write_str("it was changed by somebody else meanwhile"),
            Error::Conflict(fields) => {
                write!(f, "fields belong to other managers: {}", joined(fields, field))
            }
            Error::Forbidden(denial) => f.write_str(&refusal(denial)),
            Error::Invalid(causes) => write!(f, "invalid: {}", joined(causes, cause)),
            Error::TimedOut => f.write_str("no answer in the time given"),
            Error::Throttled(seconds) => {
                write!(
                    f,
                    "the API server is throttling; it asks to try again in {seconds} s"
                )
            }
            Error::Unavailable(text) | Error::OutcomeUnknown(text) => f.write_str(text),
            Error::TooLarge(bytes) => write!(f, "the answer is larger than {bytes} bytes"),
            Error::Cancelled => f.write_str("cancelled"),
            Error::Other((code, message)) => write!(f, "{message} ({code})"),
        }
    }
}

fn joined<T>(them: &[T], say: impl Fn(&T) -> String) -> String {
    them.iter().map(say).collect::<Vec<_>>().join("; ")
}

fn field(it: &FieldConflict) -> String {
    format!("{} of `{}`", it.path, it.manager)
}

fn cause(it: &Cause) -> String {
    if it.path.is_empty() {
        it.message.clone()
    } else {
        format!("{}: {}", it.path, it.message)
    }
}

/// Our own rules are sentences; the cluster's words need to be told who says them.
fn refusal(denial: &Denial) -> String {
    match denial.layer {
        Layer::Declaration | Layer::Grant | Layer::Boundary => denial.rule.clone(),
        Layer::Cluster => format!("the account may not: {}", denial.rule),
        Layer::Admission => format!("the cluster does not admit it: {}", denial.rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(error: &Error) -> String {
        Sentence(error).to_string()
    }

    #[test]
    fn an_error_is_said_and_not_spelled() {
        let denied = |layer, rule: &str| {
            let rule = rule.to_owned();
            said(&Error::Forbidden(Denial { layer, rule }))
        };
        assert_eq!(
            denied(Layer::Grant, "the project did not grant get"),
            "the project did not grant get"
        );
        assert_eq!(denied(Layer::Cluster, "no"), "the account may not: no");
        let causes = ["", "spec.replicas"].map(|path| Cause {
            path: path.to_owned(),
            message: "is missing".to_owned(),
        });
        assert_eq!(
            said(&Error::Invalid(causes.into())),
            "invalid: is missing; spec.replicas: is missing"
        );
        let taken = FieldConflict {
            path: ".spec.replicas".to_owned(),
            manager: "kubectl".to_owned(),
        };
        assert_eq!(
            said(&Error::Conflict(vec![taken])),
            "fields belong to other managers: .spec.replicas of `kubectl`"
        );
        let other = ("unauthorized".to_owned(), "renew it".to_owned());
        assert_eq!(said(&Error::Other(other)), "renew it (unauthorized)");
        assert_eq!(said(&Error::NotFound), "not found");
    }
}
