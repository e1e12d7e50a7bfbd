//! No secret that was given or made is kept or shown in the open.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::story::Stage;
use crate::{checkout, program};

pub(super) fn nowhere(stage: &mut Stage) -> Result<()> {
    let (given, said) = give(stage)?;
    let path = "jsonpath={.data.token}";
    let secret = [
        "get",
        "secret",
        "httpd-deployer-token",
        "-n",
        "httpd-development",
        "-o",
        path,
    ];
    let token = String::from_utf8(BASE64_STANDARD.decode(stage.place.kubectl(&secret)?.trim())?)?;
    let mut secrets = vec![middle(stage.place.secret()), token, stage.key()?];
    secrets.extend(given);
    let needles: Vec<String> = secrets.iter().flat_map(|it| forms(it)).collect();
    let mut places = haystacks(stage)?;
    places.push((
        "what the command line said when it was given them".to_owned(),
        said.into_bytes(),
    ));
    for (place, text) in places {
        for needle in &needles {
            ensure!(!contains(&text, needle.as_bytes()), "a secret stands in {place}");
        }
    }
    Ok(())
}

/// Gives a secret in every way there is, rightly and wrongly; answers with the secrets and all that was said.
fn give(stage: &Stage) -> Result<(Vec<String>, String)> {
    let secrets =
        ["password", "token", "feed", "variable", "wrong"].map(|it| format!("{it}-\"q\\-5417-not-shown"));
    let [password, token, feed, variable, wrong] = secrets.clone().map(|it| Value::from(it).to_string());
    let right = format!(
        "{{kind: Account, name: scan-password, userPassword: {{user: someone, password: {password}}}}}
---
{{kind: Account, name: scan-token, token: {token}}}
---
{{kind: Feed, name: Scan, url: 'http://127.0.0.1:1', username: someone, password: {feed}}}
---
{{kind: Project, name: Scan, lifecycle: Admin, variables: [{{name: Key, sensitive: {variable}}}], process: [{{name: Keep,
  uses: apply-manifests@1, roles: [Admin], with: {{manifests: [{{apiVersion: v1, kind: Secret,
  metadata: {{name: scan, namespace: httpd-development}}, stringData: {{key: '#{{Key}}'}}}}]}}}}]}}
"
    );
    let leaking = right
        .replace("kind: Secret,", "kind: ConfigMap,")
        .replace("stringData", "data");
    let misspelt = format!("{{kind: Account, name: scan-wrong, token: {wrong}, tokn: {wrong}}}");
    let broken = format!("{{kind: Account, name: scan-wrong, token: {wrong}, : ]");
    let mut said = String::new();
    let mut ask = |words: &[&str], input: Option<&str>, code: Option<i32>| -> Result<()> {
        let answer = stage.quietly(words, input)?;
        said.push_str(&answer.all());
        let expected = code.is_none_or(|it| it == answer.code);
        ensure!(
            expected,
            "`shipslog {}` exited with {}: {}",
            words.join(" "),
            answer.code,
            answer.all()
        );
        Ok(())
    };
    let apply = ["apply", "-f", "-"];
    ask(&apply, Some(&misspelt), Some(2))?;
    ask(&apply, Some(&broken), Some(2))?;
    ask(&apply, Some(&leaking), None)?;
    ask(&apply, Some(&right), Some(0))?;
    ask(&["versions", "--feed", "Scan", "--image", "httpd"], None, Some(1))?;
    ask(
        &["release", "create", "--project", "Scan", "--version", "1.0.0"],
        None,
        Some(0),
    )?;
    ask(
        &[
            "deploy",
            "--project",
            "Scan",
            "--release",
            "1.0.0",
            "--to",
            "Admin",
            "-w",
        ],
        None,
        Some(0),
    )?;
    let path = "jsonpath={.data.key}";
    let kept = stage
        .place
        .kubectl(&["get", "secret", "scan", "-n", "httpd-development", "-o", path])?;
    ensure!(
        BASE64_STANDARD.decode(kept.trim())? == secrets[3].as_bytes(),
        "the Secret holds the value itself"
    );
    Ok((secrets.to_vec(), said))
}

/// A line of a PEM, which is what would be found; a token as it is.
fn middle(secret: &str) -> String {
    let lines: Vec<&str> = secret.lines().filter(|it| !it.starts_with("-----")).collect();
    lines.get(lines.len() / 2).copied().unwrap_or(secret).to_owned()
}

/// Raw, base64 (at its three alignments, without the ends), hex and JSON-escaped.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        hex::encode(secret),
        Value::from(secret).to_string(),
    ];
    for shift in 0..3 {
        let encoded = BASE64_STANDARD.encode(format!("{}{secret}", &"   "[..shift]));
        forms.push(encoded[4..encoded.len() - 4].to_owned());
    }
    forms
}

/// Everything that the server keeps or says.
fn haystacks(stage: &Stage) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    files(&stage.data_dir(), &mut found)?;
    files(&checkout::target().join("test/killed"), &mut found)?;
    found.push(("the server's own log".to_owned(), fs::read(stage.server_log())?));
    for words in [
        vec!["audit", "--limit", "100000", "-o", "json"],
        vec!["get", "accounts", "-o", "json"],
        vec!["get", "account", "admin", "-o", "json"],
        vec!["get", "project", "Httpd", "-o", "json"],
        vec!["get", "deployments", "-o", "json"],
    ] {
        let answer = stage.quietly(&words, None)?;
        ensure!(answer.code == 0, "`shipslog {}` fails", words.join(" "));
        found.push((
            format!("the answer to `shipslog {}`", words.join(" ")),
            answer.all().into_bytes(),
        ));
    }
    for deployment in stage
        .json(&["get", "deployments"])?
        .as_array()
        .context("a list")?
    {
        let id = deployment["id"].as_str().context("an id")?;
        for verb in ["status", "logs"] {
            let answer = stage.quietly(&[verb, id, "-o", "json"], None)?;
            found.push((
                format!("the answer to `shipslog {verb} {id}`"),
                answer.all().into_bytes(),
            ));
        }
    }
    bodies(stage, &mut found)?;
    Ok(found)
}

/// Bodies are compressed in the database: here they are as they were written.
fn bodies(stage: &Stage, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let folder = checkout::target().join("test/bodies");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let query = format!(
        "SELECT writefile('{}/' || position || '-' || name, compressed) FROM bodies",
        folder.display()
    );
    program::output(
        Command::new("sqlite3")
            .arg("-readonly")
            .arg(stage.data_dir().join("shipslog.db"))
            .arg(query),
    )?;
    let mut count = 0;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let output = Command::new("zstd").args(["-dc"]).arg(&path).output()?;
        ensure!(
            output.status.success(),
            "{} cannot be decompressed",
            path.display()
        );
        found.push((format!("the body in {}", path.display()), output.stdout));
        count += 1;
    }
    ensure!(count > 0, "the log has bodies");
    Ok(())
}

/// All files but the two that hold a key on purpose.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if !path.ends_with("admin.key") && !path.ends_with("sealing.key") {
            found.push((path.display().to_string(), fs::read(&path)?));
        }
    }
    Ok(())
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|it| it == needle)
}
