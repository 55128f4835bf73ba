//! A PostgreSQL of the test's own, on a socket in a temporary folder. It ends with its value, also when the test panics.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;

const PAUSE: Duration = Duration::from_millis(20);
/// Pauses until the server has to be ready, or gone.
const PATIENCE: usize = 1_500;

pub struct Postgres {
    server: Child,
    folder: TempDir,
}

impl Postgres {
    pub fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a folder");
        let user = user(folder.path());
        let data = folder.path().join("data");
        let mut initdb = command(&programs.join("initdb"), folder.path(), user);
        initdb
            .arg("--pgdata")
            .arg(&data)
            .args(["--username", "tester", "--auth", "trust"])
            .args(["--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        let made = initdb.output().expect("initdb starts");
        assert!(made.status.success(), "{made:?}");

        let log = fs::File::create(folder.path().join("log")).expect("a log file");
        let mut server = command(&programs.join("postgres"), folder.path(), user);
        server
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log);
        let server = server.spawn().expect("postgres starts");
        let mut started = Self { server, folder };
        started.wait_until_ready(&data);
        started
    }

    /// The last line of the lock file tells; asking by connecting would need a client that repeats itself.
    fn wait_until_ready(&mut self, data: &Path) {
        for _ in 0..PATIENCE {
            let state = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if state
                .lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
            {
                return;
            }
            let ended = self.server.try_wait().expect("a child");
            assert!(ended.is_none(), "PostgreSQL ended: {}", self.log());
            thread::sleep(PAUSE);
        }
        panic!("PostgreSQL is not ready: {}", self.log());
    }

    pub fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!("postgres:///postgres?host={folder}&user=tester")
    }

    /// The same for a client that asks its environment, such as `psql`.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        let folder = self.folder.path().display().to_string();
        [
            ("PGHOST", folder),
            ("PGUSER", "tester".to_owned()),
            ("PGDATABASE", "postgres".to_owned()),
        ]
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT ends its children too, at once. Whatever fails here, the folder goes away and the server with it.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        for _ in 0..PATIENCE {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(PAUSE);
        }
        let _ = self.server.kill();
    }
}

/// The newest version that is installed.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let installed = versions.filter_map(|version| {
        let folder = version.ok()?.path();
        let number: u32 = folder.file_name()?.to_str()?.parse().ok()?;
        let programs = folder.join("bin");
        programs
            .join("initdb")
            .exists()
            .then_some((number, programs))
    });
    installed.max().map_or_else(
        || panic!("PostgreSQL is not installed: `.ci/setup` does it (Debian package postgresql)"),
        |(_, programs)| programs,
    )
}

/// PostgreSQL refuses to run as root: then the folder is given to another user, who runs it. `None`: nothing to do.
fn user(folder: &Path) -> Option<(u32, u32)> {
    let owner = fs::metadata(folder).expect("there").uid();
    if owner != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|text| text.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    let (user, group) = ids("postgres:")
        .or_else(|| ids("nobody:"))
        .expect("a user that is not root");
    chown(folder, Some(user), Some(group)).expect("root may");
    Some((user, group))
}

fn command(program: &Path, folder: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    if let Some((user, group)) = user {
        // The standard library drops the supplementary groups of root as well.
        command.uid(user).gid(group);
    }
    command
}
