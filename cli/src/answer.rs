//! What the server said: shown to programs as it stands, read by us as one of the API's types.
//!
//! Programs get the whole answer, with fields and words that this command line does not know. Where we have to read it,
//! a word that is news is refused with a sentence that points at the other version: whoever does not know a status can
//! neither order it nor tell whether it is an end, and an exit code made of a guess is worse than none.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Error;

/// An answer, or an item of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    said: Value,
    /// Whether something was done before it was said: then it must not be asked for again.
    of_write: bool,
}

impl Answer {
    /// What we know ourselves, in the form in which the server would say it.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        serde_json::to_value(value)
            .expect("the API's types are plain data")
            .into()
    }

    /// The text of an answer, if it is JSON at all.
    pub(crate) fn parse(text: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice::<Value>(text).map(Self::from)
    }

    /// The same, said of something that was done.
    pub(crate) fn of_write(self) -> Self {
        Self {
            of_write: true,
            ..self
        }
    }

    /// As it stands.
    pub(crate) fn said(&self) -> &Value {
        &self.said
    }

    /// As one of the API's types.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(&self.said).map_err(|error| {
            let reason = error.to_string();
            if self.of_write {
                Error::DoneInOtherWords { reason }
            } else {
                Error::OtherWords { reason }
            }
        })
    }
}

impl From<Value> for Answer {
    fn from(said: Value) -> Self {
        Self {
            said,
            of_write: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shipslog_api::deployments::DeploymentStatus;

    use super::*;
    use crate::exit::{self, Exit};

    #[test]
    fn a_word_that_is_news_is_refused_with_a_hint_at_the_version_and_still_shown_to_programs() {
        let answer = Answer::from(json!("paused"));
        let refused = answer.read::<DeploymentStatus>().unwrap_err();
        let sentence = refused.to_string();
        assert!(
            sentence.contains("`paused`") && sentence.contains("another version"),
            "{sentence}"
        );
        assert_eq!(exit::of(&refused.into()), Exit::Failed);
        assert_eq!(answer.said(), "paused");
    }

    #[test]
    fn of_what_was_done_it_is_said_that_it_was() {
        let answer = Answer::from(json!("paused")).of_write();
        let sentence = answer.read::<DeploymentStatus>().unwrap_err().to_string();
        assert!(sentence.starts_with("it is done, do not repeat it"), "{sentence}");
    }
}
