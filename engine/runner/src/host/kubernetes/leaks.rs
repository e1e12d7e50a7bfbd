//! Handles where anybody could read what they stand for: refused, by name of the place.

use serde_json::Value;
use shipslog_sealing::find_handles;

use super::stop::Stop;
use crate::bindings::shipslog::step::kubernetes::Error;
use crate::bindings::shipslog::step::types::Cause;

/// What is wrong with a handle outside the data of a Secret.
pub(super) const LEAK: &str = "a sensitive value may stand only in the data of a Secret; here anybody who reads the object would see it";

/// Refuses a value in which a handle stands anywhere.
pub(super) fn refuse_leaks(value: &Value) -> Result<(), Stop> {
    let mut paths = Vec::new();
    collect_leaks(value, &mut Vec::new(), &mut paths);
    if paths.is_empty() {
        return Ok(());
    }
    let causes = paths.into_iter().map(|path| Cause {
        path,
        message: LEAK.to_owned(),
    });
    Err(Error::Invalid(causes.collect()).into())
}

/// A step on the way down to a value. Paths are put together only where one is needed: keys may be long, and many.
enum Part<'a> {
    Key(&'a str),
    At(usize),
}

/// How many places are named, and how much of a path is.
const NAMED: usize = 20;
const LONGEST_PATH: usize = 1024;

fn collect_leaks<'a>(value: &'a Value, way: &mut Vec<Part<'a>>, paths: &mut Vec<String>) {
    if paths.len() >= NAMED {
        return;
    }
    match value {
        Value::String(text) if !find_handles(text).is_empty() => paths.push(path(way)),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                way.push(Part::At(at));
                collect_leaks(item, way, paths);
                way.pop();
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                if !find_handles(key).is_empty() {
                    paths.push(path(way));
                }
                way.push(Part::Key(key));
                collect_leaks(value, way, paths);
                way.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn path(way: &[Part<'_>]) -> String {
    let mut path = String::new();
    for part in way {
        match part {
            Part::At(at) => path.extend(["[", &at.to_string(), "]"]),
            Part::Key(key) if key.contains(['.', '/']) => path.extend(["[", key, "]"]),
            Part::Key(key) if path.is_empty() => path.push_str(key),
            Part::Key(key) => path.extend([".", key]),
        }
        if path.len() > LONGEST_PATH {
            path.truncate(path.floor_char_boundary(LONGEST_PATH));
            return path + "…";
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::handle;

    fn leaks(value: &Value) -> Vec<String> {
        let mut paths = Vec::new();
        collect_leaks(value, &mut Vec::new(), &mut paths);
        paths
    }

    #[test]
    fn a_leak_is_named_by_where_it_stands() {
        let value = json!({ "spec": { "list": [0, { "env.var/x": handle(1) }] }, "name": handle(1) });
        assert_eq!(leaks(&value), ["name", "spec.list[1][env.var/x]"]);
    }

    #[test]
    fn neither_long_keys_nor_many_leaks_make_much_text() {
        let items = vec![json!(handle(1)); 10_000];
        let mut value = json!({});
        value["k".repeat(1 << 20)] = Value::Array(items);
        let paths = leaks(&value);
        assert_eq!(paths.len(), NAMED);
        assert!(paths.iter().all(|it| it.len() < 2 * LONGEST_PATH));
    }
}
