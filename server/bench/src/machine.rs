//! Where the figures come from: without it they mean nothing later.

use std::{fmt, fs, num::NonZero, path::Path, process::Command, thread};

/// The machine and the state of the sources, as far as they can be found out.
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub kernel: String,
    /// Of the folder that holds the database.
    pub filesystem: String,
    pub commit: String,
    /// Processes that wanted to run in the last minute: before the run it should be near zero.
    pub load: String,
}

impl Machine {
    /// Looks around; to be called before there is any load of ours.
    pub fn look(folder: &Path) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            cpu: cpu().unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(1, NonZero::get),
            kernel: read("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            filesystem: filesystem(folder).unwrap_or_else(unknown),
            commit: commit().unwrap_or_else(unknown),
            load: load().unwrap_or_else(unknown),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "- machine: {}, {} cores, Linux {}, {}; load before the run {}",
            self.cpu, self.cores, self.kernel, self.filesystem, self.load
        )?;
        write!(f, "- commit: {}", self.commit)
    }
}

fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

fn load() -> Option<String> {
    let averages = read("/proc/loadavg")?;
    Some(averages.split(' ').next()?.to_owned())
}

fn cpu() -> Option<String> {
    let info = read("/proc/cpuinfo")?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn filesystem(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    filesystem_of(&folder, &read("/proc/self/mounts")?)
}

/// The type of the innermost mount that holds the folder; of two at one place the later covers the earlier.
fn filesystem_of(folder: &Path, mounts: &str) -> Option<String> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .filter(|(place, _)| folder.starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind.to_owned())
}

fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let note = if changed.is_empty() {
        ""
    } else {
        " with local changes"
    };
    Some(commit + note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_and_latest_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /srv tmpfs rw 0 0\n/dev/b /srv xfs rw 0 0";
        let kind = |folder: &str| filesystem_of(Path::new(folder), mounts);
        assert_eq!(kind("/srv/data").as_deref(), Some("xfs"));
        assert_eq!(kind("/srvice").as_deref(), Some("ext4"));
    }
}
