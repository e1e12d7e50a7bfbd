//! What a test has happen to calls, and the record of them.

/// What happens to calls that begin so.
#[derive(Debug, Clone)]
struct Fault<E> {
    call: String,
    then: Then<E>,
    /// How often it still happens; nothing for always.
    times: Option<usize>,
}

/// What happens to a call.
#[derive(Debug, Clone)]
pub(crate) enum Then<E> {
    /// It is not done, and answered so.
    Refuse(E),
    /// It is done, and answered so.
    LoseAnswer(E),
    /// Somebody else writes the object just before.
    Interfere,
}

#[derive(Debug)]
pub(crate) struct Script<E> {
    faults: Vec<Fault<E>>,
    pub(crate) calls: Vec<String>,
}

impl<E> Default for Script<E> {
    fn default() -> Self {
        Self {
            faults: Vec::new(),
            calls: Vec::new(),
        }
    }
}

impl<E: Clone> Script<E> {
    pub(crate) fn add(&mut self, call: &str, then: Then<E>, times: Option<usize>) {
        let call = call.to_owned();
        self.faults.push(Fault { call, then, times });
    }

    /// Notes a call; answers with what is to happen to it.
    pub(crate) fn note(&mut self, call: String) -> Option<Then<E>> {
        let found = self
            .faults
            .iter_mut()
            .find(|it| it.times != Some(0) && call.starts_with(&it.call));
        self.calls.push(call);
        let found = found?;
        found.times = found.times.map(|it| it - 1);
        Some(found.then.clone())
    }
}
