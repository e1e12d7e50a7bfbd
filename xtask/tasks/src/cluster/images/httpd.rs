//! Debian's Apache in an image that looks like the official one: same folders, same port, same way to stop.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use crate::cluster::configuration;
use crate::cluster::image::{Files, Image};
use crate::program;

/// Tags in the registry. One Apache is behind all, yet each has its own configuration, hence its own digest.
pub(super) const VERSIONS: [&str; 2] = ["2.4.70", "2.4.71"];

const PROGRAM: &str = "/usr/sbin/apache2";
const MODULES: [&str; 5] = [
    "mod_mpm_event",
    "mod_authz_core",
    "mod_mime",
    "mod_dir",
    "mod_alias",
];
const HOME: &str = "usr/local/apache2";

/// Two layers, so that the versions share the large one.
pub(super) fn image(version: &str) -> Result<Image> {
    let run = json!({
        "Cmd": [format!("/{HOME}/bin/httpd"), "-D", "FOREGROUND", "-f", format!("/{HOME}/conf/httpd.conf")],
        "Env": [format!("PATH=/{HOME}/bin:/bin:/usr/bin"), format!("HTTPD_VERSION={version}")],
        "ExposedPorts": { "80/tcp": {} },
        "Labels": { "org.opencontainers.image.version": version },
        // A graceful stop: connections are served to their end.
        "StopSignal": "SIGWINCH",
        "WorkingDir": format!("/{HOME}"),
    });
    Image::new(&[apache()?, content(version)], &run)
}

fn apache() -> Result<Files> {
    let mut files = Files::default();
    let modules = MODULES.map(|name| {
        (
            format!("/usr/lib/apache2/modules/{name}.so"),
            format!("{HOME}/modules/{name}.so"),
        )
    });
    files.copy(Path::new(PROGRAM), &format!("{HOME}/bin/httpd"))?;
    for (from, to) in &modules {
        files.copy(Path::new(from), to)?;
    }
    let programs = modules.iter().map(|(from, _)| from.as_str()).chain([PROGRAM]);
    for library in libraries(programs)? {
        files.copy(Path::new(&library), library.trim_start_matches('/'))?;
    }
    files.add(
        "etc/passwd",
        b"root:x:0:0:root:/:/bin/false\nwww-data:x:33:33:www-data:/:/bin/false\n".to_vec(),
    );
    files.add("etc/group", b"root:x:0:\nwww-data:x:33:\n".to_vec());
    files.folder(&format!("{HOME}/logs"));
    files.folder("tmp");
    Ok(files)
}

fn content(version: &str) -> Files {
    let mut files = Files::default();
    files.add(
        &format!("{HOME}/conf/httpd.conf"),
        configuration::httpd(version).into_bytes(),
    );
    files.add(
        &format!("{HOME}/conf/mime.types"),
        b"text/html html\ntext/plain txt\n".to_vec(),
    );
    files.add(
        &format!("{HOME}/htdocs/index.html"),
        b"<html><body><h1>It works!</h1></body></html>\n".to_vec(),
    );
    files
}

/// The libraries of these programs, and one that the C library looks for only when a thread is cancelled.
fn libraries<'a>(programs: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
    let mut found = linked(&program::output(Command::new("ldd").args(programs))?);
    let c = found
        .iter()
        .find(|path| path.contains("/libc.so."))
        .context("Apache is not linked with a C library")?;
    let unwinder = Path::new(c).with_file_name("libgcc_s.so.1");
    found.push(unwinder.display().to_string());
    found.sort();
    found.dedup();
    Ok(found)
}

/// Paths in what `ldd` prints, where they stand before an address.
fn linked(listing: &str) -> Vec<String> {
    let path = |line: &str| {
        let before = line.split(" (0x").next()?;
        let path = before.split_whitespace().last()?;
        (path.starts_with('/') && line.contains(" (0x")).then(|| path.to_owned())
    };
    listing.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_what_ldd_prints() {
        let listing = "/usr/sbin/apache2:\n\
                       \tlinux-vdso.so.1 (0x00007f)\n\
                       \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\
                       \t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n";
        assert_eq!(
            linked(listing),
            ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]
        );
    }
}
