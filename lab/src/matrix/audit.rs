//! What the servers wrote, as the API server's audit log has it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A write that the API server accepted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Write {
    verb: String,
    /// As `deployments web`.
    object: String,
    created: bool,
    /// What it asked for and what came of it; nothing where the log does not say.
    signature: Option<Value>,
}

/// Reads on from where the log ended at the beginning, and keeps what concerns our namespaces.
pub(crate) struct Tail {
    path: PathBuf,
    file: File,
    prefix: &'static str,
    /// A line that was not whole yet.
    rest: Vec<u8>,
    writes: BTreeMap<String, Vec<Write>>,
}

impl Tail {
    /// From now on, for namespaces that begin so.
    pub(crate) fn follow(path: &Path, prefix: &'static str) -> Result<Self> {
        use std::io::Seek as _;
        let mut file = open(path)?;
        file.seek(std::io::SeekFrom::End(0))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            prefix,
            rest: Vec::new(),
            writes: BTreeMap::new(),
        })
    }

    /// Everything that was written in a namespace so far. An answer is in the log before it is sent.
    pub(crate) fn writes(&mut self, namespace: &str) -> Result<Vec<Write>> {
        self.read_on()?;
        Ok(self.writes.get(namespace).cloned().unwrap_or_default())
    }

    fn read_on(&mut self) -> Result<()> {
        self.file.read_to_end(&mut self.rest)?;
        let current = open(&self.path)?;
        if current.metadata()?.ino() != self.file.metadata()?.ino() {
            // The API server has begun a new file; the old one got its last line before that.
            self.file.read_to_end(&mut self.rest)?;
            self.file = current;
            self.file.read_to_end(&mut self.rest)?;
        }
        self.take_lines();
        Ok(())
    }

    fn take_lines(&mut self) {
        let end = self
            .rest
            .iter()
            .rposition(|it| *it == b'\n')
            .map_or(0, |it| it + 1);
        let whole: Vec<u8> = self.rest.drain(..end).collect();
        for line in String::from_utf8_lossy(&whole).lines() {
            if let Some((namespace, write)) = line.contains(self.prefix).then(|| read(line)).flatten()
                && namespace.starts_with(self.prefix)
            {
                self.writes.entry(namespace).or_default().push(write);
            }
        }
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| format!("the audit log {} cannot be read", path.display()))
}

/// What kubectl calls itself.
const KUBECTL: &str = "kubectl/";

/// The namespace and the write, if it is one by a server and was accepted.
fn read(line: &str) -> Option<(String, Write)> {
    let event: Value = serde_json::from_str(line).ok()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verb = text(&event["verb"]);
    let uri = text(&event["requestURI"]);
    let by_hand = text(&event["userAgent"]).starts_with(KUBECTL);
    let writes = ["create", "update", "patch", "delete"].contains(&verb.as_str());
    let code = event["responseStatus"]["code"].as_u64()?;
    if by_hand || !writes || uri.contains("dryRun") || !(200..300).contains(&code) {
        return None;
    }
    let object = &event["objectRef"];
    let (resource, name) = (text(&object["resource"]), text(&object["name"]));
    let namespace = match resource.as_str() {
        "namespaces" => name.clone(),
        _ => object["namespace"].as_str()?.to_owned(),
    };
    let object = match resource.as_str() {
        "namespaces" => resource,
        _ => format!("{resource} {name}"),
    };
    let write = Write {
        signature: signature(&event, &uri),
        created: code == 201,
        verb,
        object,
    };
    Some((namespace, write))
}

/// Preconditions aside, what was asked for; and of the answer what changes only with a change: the generation, and the
/// fields of our manager with the time of their last change. Conditions and what controllers add say nothing about us.
fn signature(event: &Value, uri: &str) -> Option<Value> {
    let answer = &event["responseObject"]["metadata"];
    let mut asked = event["requestObject"].clone();
    if let Some(metadata) = asked["metadata"].as_object_mut() {
        metadata.retain(|field, _| field != "resourceVersion" && field != "uid");
    }
    let fields = answer["managedFields"].as_array()?;
    let ours = |it: &&Value| {
        let manager = it["manager"].as_str().unwrap_or_default();
        uri.contains(&format!("fieldManager={}", manager.replace(':', "%3A")))
    };
    let ours: Vec<&Value> = fields.iter().filter(ours).collect();
    Some(serde_json::json!({
        "uid": answer["uid"],
        "generation": answer["generation"],
        "ours": ours,
        "asked": asked,
    }))
}

/// How often each object was changed by which verb. A write that found everything as it asked for changed nothing, and
/// a delete of what is being deleted neither. Of Secrets the log has no content, so a write that created none counts as
/// none here; the object itself tells when it was changed last.
pub(crate) fn changes(writes: &[Write]) -> BTreeMap<String, usize> {
    let mut latest: BTreeMap<&str, &Write> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for write in writes {
        let before = latest.insert(&write.object, write);
        if write.is_told() && before.is_none_or(|it| write.changed_after(it)) {
            *counts.entry(write.to_string()).or_insert(0) += 1;
        }
    }
    counts
}

impl Write {
    fn is_told(&self) -> bool {
        self.created || self.verb == "delete" || self.signature.is_some()
    }

    fn changed_after(&self, before: &Self) -> bool {
        match (self.verb == "delete", before.verb == "delete") {
            (true, true) => false,
            (true, false) | (false, true) => true,
            (false, false) => self.created || self.signature != before.signature,
        }
    }
}

impl std::fmt::Display for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = if self.created { "create" } else { &self.verb };
        write!(f, "{verb} {}", self.object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(verb: &str, code: u16, generation: u64) -> Value {
        json!({
            "verb": verb, "requestURI": "/apis/apps/v1/namespaces/run-1/deployments/web?fieldManager=shipslog%3Aa%3Ab",
            "user": { "username": "admin" }, "responseStatus": { "code": code },
            "objectRef": { "resource": "deployments", "namespace": "run-1", "name": "web" },
            "requestObject": { "metadata": { "name": "web", "resourceVersion": generation.to_string() } },
            "responseObject": { "metadata": { "uid": "1", "generation": generation,
                "managedFields": [{ "manager": "shipslog:a:b", "time": "1" }, { "manager": "k8s", "time": code }] } },
        })
    }

    fn counted(events: &[Value]) -> Vec<(String, usize)> {
        let writes: Vec<Write> = events
            .iter()
            .filter_map(|it| read(&it.to_string()))
            .map(|(_, write)| write)
            .collect();
        changes(&writes).into_iter().collect()
    }

    #[test]
    fn a_repeated_write_that_changes_nothing_is_no_change_and_another_generation_is() {
        let (created, repeated, changed) = (
            event("patch", 201, 1),
            event("patch", 200, 1),
            event("patch", 200, 2),
        );
        let create = ("create deployments web".to_owned(), 1);
        let patch = ("patch deployments web".to_owned(), 1);
        let repetition = [created.clone(), repeated];
        assert_eq!(counted(&repetition).as_slice(), std::slice::from_ref(&create));
        assert_eq!(counted(&[created, changed]), [create, patch]);
    }

    #[test]
    fn a_second_delete_deletes_nothing_and_a_second_create_is_a_change() {
        let (created, deleted) = (event("patch", 201, 1), event("delete", 200, 1));
        let twice = [created.clone(), deleted.clone(), deleted.clone(), created];
        assert_eq!(
            counted(&twice),
            [
                ("create deployments web".to_owned(), 2),
                ("delete deployments web".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn what_was_refused_only_tried_or_typed_by_hand_is_no_write() {
        let mut tried = event("patch", 200, 1);
        tried["requestURI"] = "/apis/apps/v1/namespaces/run-1/deployments/web?dryRun=All".into();
        let mut by_hand = event("patch", 200, 1);
        by_hand["userAgent"] = "kubectl/v1.33".into();
        assert!(counted(&[event("patch", 409, 1), event("get", 200, 1), tried, by_hand]).is_empty());
    }

    #[test]
    fn without_a_content_only_creations_and_deletes_count() {
        let hidden = |verb: &str, code: u16| {
            let mut secret = event(verb, code, 1);
            secret["responseObject"] = Value::Null;
            secret
        };
        let history = [hidden("patch", 201), hidden("patch", 200), hidden("delete", 200)];
        assert_eq!(
            counted(&history),
            [
                ("create deployments web".to_owned(), 1),
                ("delete deployments web".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn a_line_that_is_not_whole_yet_waits_and_a_new_file_is_read_too() {
        use std::io::Write as _;
        let folder = std::env::temp_dir().join(format!("shipslog-audit-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("audit.log");
        std::fs::write(&path, format!("{}\n", event("patch", 201, 7))).unwrap();
        let mut tail = Tail::follow(&path, "run-").unwrap();
        let line = event("patch", 201, 1).to_string();
        let (half, other) = line.split_at(20);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(half.as_bytes()).unwrap();
        assert_eq!(tail.writes("run-1").unwrap().len(), 0);
        file.write_all(format!("{other}\n").as_bytes()).unwrap();
        std::fs::rename(&path, folder.join("audit-old.log")).unwrap();
        std::fs::write(&path, format!("{line}\n")).unwrap();
        assert_eq!(tail.writes("run-1").unwrap().len(), 2);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
