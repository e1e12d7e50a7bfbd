//! The contract's functions, answered by the test's host.
#![expect(clippy::unnecessary_wraps, reason = "the signatures are the contract's")]

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
        current(|it| it.namespace.clone())
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

pub(crate) mod kubernetes {
    use super::super::State;
    use super::super::cluster::json;
    use super::super::reason::refusal;
    use super::current;
    use crate::bindings::shipslog::step::kubernetes as wit;
    use crate::kubernetes::ObjectReference;
    use wit::{Applied, Change, Error, Evidence, Expectation, Page, Waited};

    fn call<T>(
        verb: &str,
        reference: &wit::ObjectReference,
        answer: impl FnOnce(&mut State) -> Result<T, Error>,
    ) -> Result<T, Error> {
        current(
            |it| match it.call(format!("{verb} {}", ObjectReference::from(reference.clone()))) {
                Some(reason) => Err(refusal(reason)),
                None => answer(it),
            },
        )
    }

    fn reference(manifest: &str) -> Result<wit::ObjectReference, Error> {
        let reference = ObjectReference::of(&json(manifest));
        reference
            .as_ref()
            .map(Into::into)
            .map_err(|it| Error::Other(("manifest".to_owned(), it.to_string())))
    }

    pub(crate) fn get(object: &wit::ObjectReference) -> Result<String, Error> {
        call("get", object, |it| {
            it.cluster.get(object, it.namespace.as_deref())
        })
    }
    pub(crate) fn list(selection: &wit::Selection) -> Result<Page, Error> {
        current(|it| match it.call(format!("list {}", selection.kind)) {
            Some(reason) => Err(refusal(reason)),
            None => Ok(it.cluster.list(selection, it.namespace.as_deref())),
        })
    }
    pub(crate) fn apply(object: &str, options: &wit::ApplyOptions) -> Result<Applied, Error> {
        call("apply", &reference(object)?, |it| {
            it.cluster.apply(&json(object), options, it.namespace.as_deref())
        })
    }
    pub(crate) fn patch(
        object: &wit::ObjectReference,
        _kind: wit::PatchKind,
        patch: &str,
        uid: Option<&str>,
        resource_version: Option<&str>,
    ) -> Result<String, Error> {
        call("patch", object, |it| {
            it.cluster.patch(
                object,
                &json(patch),
                (uid, resource_version),
                it.namespace.as_deref(),
            )
        })
    }
    pub(crate) fn delete(object: &wit::ObjectReference, options: &wit::DeleteOptions) -> Result<(), Error> {
        call("delete", object, |it| {
            it.cluster.delete(object, options, it.namespace.as_deref())
        })
    }
    pub(crate) fn wait(expectations: &[Expectation], _seconds: u32) -> Result<Waited, Error> {
        let words = |it: &Expectation| match it {
            Expectation::Healthy(it) => format!("wait healthy {}", ObjectReference::from(it.object.clone())),
            Expectation::Gone(it) => format!("wait gone {}", ObjectReference::from(it.object.clone())),
            Expectation::Condition(it) => {
                format!("wait {} {}", it.type_, ObjectReference::from(it.object.clone()))
            }
            Expectation::Endpoints(it) => {
                format!("wait endpoints {}", ObjectReference::from(it.service.clone()))
            }
        };
        current(|it| {
            for expectation in expectations {
                if let Some(reason) = it.call(words(expectation)) {
                    return Err(refusal(reason));
                }
            }
            it.cluster.fill_tokens();
            Ok(it.waits.pop_front().unwrap_or(Waited::Met))
        })
    }
    pub(crate) fn diff(object: &str) -> Result<Vec<Change>, Error> {
        call("diff", &reference(object)?, |_| Ok(Vec::new()))
    }
    pub(crate) fn can_i(
        verb: &str,
        object: &wit::ObjectReference,
        _subresource: &str,
    ) -> Result<bool, Error> {
        Ok(call(&format!("can-i {verb}"), object, |_| Ok(())).is_ok())
    }
    pub(crate) fn logs(
        pod: &wit::ObjectReference,
        _container: &str,
        _tail_lines: u32,
        _previous: bool,
    ) -> Result<Vec<String>, Error> {
        call("logs", pod, |_| Ok(Vec::new()))
    }
    pub(crate) fn explain(object: &wit::ObjectReference) -> Result<Evidence, Error> {
        call("explain", object, |_| {
            Ok(Evidence {
                object: object.clone(),
                summary: "nothing was seen".to_owned(),
                events: Vec::new(),
                log_tail: Vec::new(),
            })
        })
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
    use super::super::cluster::json;
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
    use super::super::cluster::json;
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
                .ok_or_else(|| Error::Unknown(name.to_owned()))
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
            it.calls.push(format!("sleep {milliseconds} ms"));
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
