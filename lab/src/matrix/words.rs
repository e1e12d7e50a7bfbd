//! Words that differ from run to run, and what stands for each, so that two runs can be compared.

use serde_json::Value;

/// Each word with its stand-in; longer words are replaced first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(Vec<(String, String)>);

impl Words {
    /// What the namespace is called.
    pub(crate) fn of_namespace(namespace: &str) -> Self {
        let mut words = Self::default();
        words.learn(namespace, "<namespace>");
        words
    }

    /// An empty word stands for nothing and is not taken.
    pub(crate) fn learn(&mut self, word: &str, stand_in: impl Into<String>) {
        if word.is_empty() || self.0.iter().any(|(known, _)| known == word) {
            return;
        }
        self.0.push((word.to_owned(), stand_in.into()));
        self.0.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    }

    /// A text with every word replaced.
    pub(crate) fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (word, stand_in)| {
            text.replace(word, stand_in)
        })
    }

    /// A value with every word replaced in every text of it, names of fields included.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|it| self.value(it)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, it)| (self.text(name), self.value(it)))
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_inside_a_longer_one_does_not_break_it() {
        let mut words = Words::default();
        words.learn("run-1", "<namespace>");
        words.learn("run-1-uid", "<uid>");
        words.learn("", "<nothing>");
        let value = json!({ "run-1": ["run-1-uid", 3, "in run-1"] });
        assert_eq!(
            words.value(&value),
            json!({ "<namespace>": ["<uid>", 3, "in <namespace>"] })
        );
    }
}
