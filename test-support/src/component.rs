//! Steps written by hand: a test says what a step describes, asks for and does, and gets its component.
//!
//! What a step does is WebAssembly text. Two things are written shorter there. A function of the contract is called by its
//! interface and name, as in `$clock.now`, and is imported because it is called. A text in quotes stands for its address
//! and its length, so `(call $log.write (i32.const 1) "hello")` passes a level and a string. `$answer` is an address where
//! the host may write what it answers; `$inputs` and `$length` are where `run` finds its inputs. [`work`] has what many
//! steps do.

mod memory;
mod tiny;
pub mod work;
mod world;

use serde_json::{Value, json};

use self::memory::{BEGIN, Memory};
pub use self::tiny::tiny;
pub use self::world::wrap;

/// A step. A new one declares no rights, asks for none, does nothing and succeeds.
#[derive(Debug, Clone)]
pub struct Step {
    description: String,
    answer: Answer,
    before: String,
    work: String,
    beside: String,
    pages: usize,
    limit: Option<u64>,
}

/// What `check` answers.
#[derive(Debug, Clone)]
enum Answer {
    Asks(String),
    Objects(Vec<[String; 2]>),
}

impl Default for Step {
    fn default() -> Self {
        Self {
            description: description().to_string(),
            answer: Answer::Asks("[]".to_owned()),
            before: String::new(),
            work: String::new(),
            beside: String::new(),
            pages: 3,
            limit: None,
        }
    }
}

/// What a new step says of itself.
fn description() -> Value {
    json!({
        "name": "test", "version": "1.2.3", "summary": "A test.", "inputs": { "type": "object" },
        "capabilities": [], "outputs": [], "milestones": [],
    })
}

impl Step {
    /// A new one that does this.
    pub fn that(work: &str) -> Self {
        Self::default().doing(work)
    }

    /// What `run` does before it succeeds.
    #[must_use]
    pub fn doing(self, work: &str) -> Self {
        Self {
            work: work.to_owned(),
            ..self
        }
    }

    /// Describes itself as before but for this.
    #[must_use]
    pub fn described(self, change: impl FnOnce(&mut Value)) -> Self {
        let mut description = serde_json::from_str(&self.description).unwrap();
        change(&mut description);
        self.described_as(&description.to_string())
    }

    /// Describes itself in these words, whatever they are.
    #[must_use]
    pub fn described_as(self, description: &str) -> Self {
        Self {
            description: description.to_owned(),
            ..self
        }
    }

    /// Asks in `check` for these rights, as the text of a list, whatever that is.
    #[must_use]
    pub fn asking(self, rights: &str) -> Self {
        Self {
            answer: Answer::Asks(rights.to_owned()),
            ..self
        }
    }

    /// Says in `check` that a run may take so many seconds.
    #[must_use]
    pub fn taking(self, seconds: u64) -> Self {
        Self {
            limit: Some(seconds),
            ..self
        }
    }

    /// Finds inputs wrong in `check`: paths and messages.
    #[must_use]
    pub fn objecting(self, causes: &[[&str; 2]]) -> Self {
        let causes = causes.iter().map(|it| it.map(str::to_owned));
        Self {
            answer: Answer::Objects(causes.collect()),
            ..self
        }
    }

    /// Does this before `describe` answers.
    #[must_use]
    pub fn describing_after(self, before: &str) -> Self {
        Self {
            before: before.to_owned(),
            ..self
        }
    }

    /// With further parts of its module, such as functions or a table.
    #[must_use]
    pub fn with(self, beside: &str) -> Self {
        Self {
            beside: beside.to_owned(),
            ..self
        }
    }

    /// With so many pages of memory, of 64 KiB each.
    #[must_use]
    pub fn pages(self, pages: usize) -> Self {
        Self { pages, ..self }
    }

    /// Its bytes.
    pub fn component(&self) -> Vec<u8> {
        wrap(&self.module())
    }

    /// What it says of itself.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What is inside: a core module, which is no component.
    pub fn module(&self) -> Vec<u8> {
        let mut memory = Memory::default();
        let (before, work) = (memory.place_texts(&self.before), memory.place_texts(&self.work));
        let imports = world::imports(&[&before, &work, &self.beside]);
        let (describes, checks) = (self.describes(&mut memory), self.checks(&mut memory));
        let text = format!(
            r#"(module
                {imports}
                (memory (export "memory") {pages})
                (data (i32.const {BEGIN}) "{bytes}")
                (global $answer i32 (i32.const 512))
                (global $heap i32 (i32.const {heap}))
                (global $free (mut i32) (i32.const {heap}))
                {beside}
                (func $end (param $case i32) (param $text i32) (param $length i32) (result i32)
                    (i32.store8 (i32.const 16) (i32.const 1))
                    (i32.store8 (i32.const 20) (local.get $case))
                    (i32.store (i32.const 24) (local.get $text))
                    (i32.store (i32.const 28) (local.get $length))
                    (i32.const 16))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (global.get $free)
                    (global.set $free (i32.and (i32.const -8)
                        (i32.add (global.get $free) (i32.add (local.get 3) (i32.const 15))))))
                (func (export "describe") (result i32) {before} (i32.const {describes}))
                (func (export "check") (param i32 i32) (result i32) (i32.const {checks}))
                (func (export "run") (param $inputs i32) (param $length i32) (result i32) {work} (i32.const 0)))"#,
            pages = self.pages.max(memory.pages() + 2),
            bytes = memory.escaped(),
            heap = memory.end(),
            beside = self.beside,
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The address of `describe`'s answer.
    fn describes(&self, memory: &mut Memory) -> usize {
        let text = memory.place(self.description.as_bytes());
        memory.place_words(&[text, self.description.len()])
    }

    /// The address of `check`'s answer.
    fn checks(&self, memory: &mut Memory) -> usize {
        match &self.answer {
            Answer::Asks(rights) => {
                let limit = self.limit.map(|it| format!(",\"timeLimitSeconds\":{it}"));
                let limit = limit.unwrap_or_default();
                let needs = format!("{{\"capabilities\":{rights}{limit}}}");
                let text = memory.place(needs.as_bytes());
                memory.place_words(&[0, text, needs.len()])
            }
            Answer::Objects(causes) => {
                let texts = causes.iter().flatten();
                let words: Vec<usize> = texts
                    .flat_map(|it| [memory.place(it.as_bytes()), it.len()])
                    .collect();
                let list = memory.place_words(&words);
                memory.place_words(&[1, list, causes.len()])
            }
        }
    }
}
