//! How much memory programs may take: what the machine has, and what the cgroups leave that this program is in.

use std::fs;
use std::path::{Path, PathBuf};

/// Bytes that programs may take now without anything being written to disk, or anybody being killed, for them.
pub fn free_memory() -> u64 {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let machine = available(&text("/proc/meminfo")).unwrap_or_default();
    folders(&text("/proc/self/cgroup"))
        .iter()
        .filter_map(|folder| room(|file| fs::read_to_string(folder.join(file)).ok()))
        .fold(machine, u64::min)
}

fn available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|it| it.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}

/// The cgroups that may limit this program's memory: its own and those around it. In a container some of them are not
/// there, and the topmost is the container's.
fn folders(cgroups: &str) -> Vec<PathBuf> {
    let of_line = |line: &str| {
        let (_, line) = line.split_once(':')?;
        let (controllers, own) = line.split_once(':')?;
        let top = match controllers {
            "" => Path::new("/sys/fs/cgroup"),
            some if some.split(',').any(|it| it == "memory") => Path::new("/sys/fs/cgroup/memory"),
            _ => return None,
        };
        let around = Path::new(own.trim_start_matches('/')).ancestors();
        Some(around.map(|it| top.join(it)).collect::<Vec<_>>())
    };
    cgroups.lines().filter_map(of_line).flatten().collect()
}

/// Limit, use, and what of the use is only kept as long as nobody needs the room: with version 2, with version 1.
const FILES: [(&str, &str, &str); 2] = [
    ("memory.max", "memory.current", "inactive_file "),
    (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file ",
    ),
];

/// Bytes that a cgroup leaves; nothing where it has no limit.
fn room(read: impl Fn(&str) -> Option<String>) -> Option<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    FILES.iter().find_map(|(limit, used, spare)| {
        let (limit, used) = (number(&read(limit)?)?, number(&read(used)?)?);
        let statistics = read("memory.stat").unwrap_or_default();
        let spare = statistics.lines().find_map(|it| number(it.strip_prefix(spare)?));
        Some(limit.saturating_sub(used.saturating_sub(spare.unwrap_or_default())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_what_is_available() {
        let text = "MemTotal:       24683996 kB\nMemFree: 1 kB\nMemAvailable:   22423224 kB\n";
        assert_eq!(available(text), Some(22_423_224 << 10));
        assert_eq!(available(""), None);
    }

    #[test]
    fn a_cgroup_and_those_around_it_may_have_a_limit() {
        let paths = |text: &str| -> Vec<String> {
            let folders = folders(text);
            folders.iter().map(|it| it.display().to_string()).collect()
        };
        assert_eq!(
            paths("0::/a/b\n"),
            ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup/"]
        );
        assert_eq!(
            paths("5:cpu:/a\n4:hugetlb,memory:/a\n"),
            ["/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/memory/"]
        );
        assert!(paths("").is_empty());
    }

    fn left(files: &[(&str, &str)]) -> Option<u64> {
        let file = |name: &str| files.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        room(file)
    }

    #[test]
    fn a_cgroup_leaves_its_limit_without_what_is_needed() {
        let version_2 = [
            ("memory.max", "1000\n"),
            ("memory.current", "700\n"),
            ("memory.stat", "anon 500\ninactive_file 150\nactive_file 50\n"),
        ];
        assert_eq!(left(&version_2), Some(450));
        let version_1 = [
            ("memory.limit_in_bytes", "1000\n"),
            ("memory.usage_in_bytes", "700\n"),
            ("memory.stat", "inactive_file 1\ntotal_inactive_file 150\n"),
        ];
        assert_eq!(left(&version_1), Some(450));
        assert_eq!(left(&version_2[..2]), Some(300));
        assert_eq!(
            left(&[("memory.max", "10\n"), ("memory.current", "11\n")]),
            Some(0)
        );
    }

    #[test]
    fn without_a_limit_a_cgroup_says_nothing() {
        assert_eq!(left(&[("memory.max", "max\n"), ("memory.current", "7\n")]), None);
        assert_eq!(left(&[]), None);
    }
}
