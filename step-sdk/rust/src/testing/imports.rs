//! The contract's functions, answered by the test's host.
#![expect(clippy::unnecessary_wraps, reason = "the signatures are the contract's")]

pub(crate) use super::kubernetes;

use super::current;

pub(crate) mod context {
    use super::current;

    pub(crate) fn project() -> String {
        "Project".to_owned()
    }
    pub(crate) fn environment() -> String {
        "Development".to_owned()
    }
    pub(crate) fn release() -> String {
        "1.0.0".to_owned()
    }
    pub(crate) fn deployment() -> String {
        current(|it| it.deployment.clone())
    }
    pub(crate) fn step() -> String {
        "Step".to_owned()
    }
    pub(crate) fn target() -> String {
        "Target".to_owned()
    }
    pub(crate) fn namespace() -> Option<String> {
        current(|it| it.cluster.namespace())
    }
    pub(crate) fn attempt() -> u32 {
        1
    }
    pub(crate) fn labels() -> Vec<(String, String)> {
        current(|it| it.labels.clone().into_iter().collect())
    }
    pub(crate) fn annotations() -> Vec<(String, String)> {
        current(|it| it.annotations.clone().into_iter().collect())
    }
    pub(crate) fn inventory() -> Vec<String> {
        current(|it| it.inventory.iter().map(ToString::to_string).collect())
    }
}

pub(crate) mod log {
    use super::current;
    use crate::bindings::shipslog::step::log::Level;

    pub(crate) fn write(level: Level, message: &str) {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        current(|it| it.log.push(format!("{level}: {message}")));
    }
}

pub(crate) mod progress {
    use super::current;

    pub(crate) fn report(done: u32, total: u32, message: &str) {
        current(|it| it.progress.push(format!("{done}/{total} {message}")));
    }
}

pub(crate) mod outputs {
    use super::super::memory_types::json;
    use super::current;
    use crate::bindings::shipslog::step::outputs::Error;

    pub(crate) fn set(name: &str, value: &str) -> Result<(), Error> {
        current(|it| it.outputs.insert(name.to_owned(), json(value)));
        Ok(())
    }
    pub(crate) fn set_sensitive(name: &str, handle: &str) -> Result<(), Error> {
        current(|it| {
            it.outputs
                .insert(name.to_owned(), serde_json::json!({ "sensitive": handle }))
        });
        Ok(())
    }
}

pub(crate) mod milestones {
    use super::super::memory_types::json;
    use super::current;
    use crate::bindings::shipslog::step::milestones::Error;

    pub(crate) fn reached(name: &str, detail: &str) -> Result<(), Error> {
        current(|it| it.milestones.push((name.to_owned(), json(detail))));
        Ok(())
    }
}

pub(crate) mod variables {
    use super::current;
    use crate::bindings::shipslog::step::variables::Error;

    pub(crate) fn get(name: &str) -> Result<String, Error> {
        current(|it| {
            it.variables
                .get(name)
                .cloned()
                .ok_or_else(|| Error::Unknown(format!("variable `{name}` is not known")))
        })
    }
}

pub(crate) mod secrets {
    use crate::bindings::shipslog::step::secrets::Encoding;

    pub(crate) fn format(text: &str, encoding: Encoding) -> String {
        match encoding {
            Encoding::Raw => format!("raw({text})"),
            Encoding::Base64 => format!("base64({text})"),
            Encoding::JsonString => format!("json({text})"),
        }
    }
}

pub(crate) mod clock {
    use super::current;

    /// 2026-01-01T00:00:00Z, and on by what was slept.
    const START: u64 = 1_767_225_600_000;

    pub(crate) fn now() -> u64 {
        current(|it| START + it.slept)
    }
    pub(crate) fn sleep(milliseconds: u64) -> Result<(), ()> {
        current(|it| {
            it.slept += milliseconds;
            it.cluster.note(&format!("sleep {milliseconds} ms"));
        });
        Ok(())
    }
}

pub(crate) mod random {
    pub(crate) fn bytes(length: u32) -> Vec<u8> {
        (0..length)
            .map(|it| u8::try_from(it % 251).expect("below 251"))
            .collect()
    }
}
