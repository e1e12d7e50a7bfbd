//! No secret that was given or made is kept or shown in the open.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::story::Stage;
use crate::{checkout, prerequisites, program};

pub(super) fn nowhere(stage: &mut Stage) -> Result<()> {
    let token = stage.place.kubectl(&[
        "get",
        "secret",
        "httpd-deployer-token",
        "-n",
        "httpd-development",
        "-o",
        "jsonpath={.data.token}",
    ])?;
    let token = String::from_utf8(BASE64_STANDARD.decode(token.trim())?)?;
    let secrets = [middle(stage.place.secret()), token, stage.key()?];
    let needles: Vec<String> = secrets.iter().flat_map(|it| forms(it)).collect();
    for (place, text) in haystacks(stage)? {
        for needle in &needles {
            ensure!(!contains(&text, needle.as_bytes()), "a secret stands in {place}");
        }
    }
    Ok(())
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
        serde_json::Value::from(secret).to_string(),
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
    prerequisites::debian(&["sqlite3", "zstd"])?;
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
