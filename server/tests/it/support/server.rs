//! The real binary, started as an operator would start it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// The limits that a tiers file can set, lifted.
const NO_LIMITS: &str = "apiKeys = 0\nwritesPerMinute = 1000000000\noperationsPerDay = 0\nactiveReservations = 0\n\
     eventStreams = 0\n";
const PAUSE: Duration = Duration::from_millis(10);

/// A folder with everything that belongs to one installation.
pub struct Site(TempDir);

impl Site {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// One whose tiers limit nothing.
    pub fn without_limits() -> Self {
        let site = Self::new();
        let tiers = ["free", "starter", "pro", "enterprise"]
            .map(|tier| format!("[{tier}]\n{NO_LIMITS}"))
            .concat();
        fs::write(site.path("tiers.toml"), tiers).expect("written");
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// The program on this folder's files, with nothing of the caller's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coop-locker"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("COOP_LOCKER_DATABASE_URL", "sqlite:coop-locker.db")
            .env("COOP_LOCKER_MASTER_KEY_FILE", "master.key")
            .env("COOP_LOCKER_METRICS_LISTEN", "")
            .stdin(Stdio::null());
        if self.path("tiers.toml").exists() {
            command.env("COOP_LOCKER_TIERS_FILE", "tiers.toml");
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it starts")
    }

    /// Runs a command that has to succeed and prints JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// A new tenant's key.
    pub fn tenant_key(&self) -> String {
        let tenant = self.json(&["tenant", "create", "--name", "acme", "--json"]);
        tenant["apiKey"].as_str().expect("a key").to_owned()
    }

    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// Serves on a free port; returns when it is ready.
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Server {
        self.start("127.0.0.1:0", environment)
    }

    /// Serves on a port that is known beforehand.
    pub fn serve_at(&self, address: &str) -> Server {
        self.start(address, &[])
    }

    fn start(&self, listen: &str, environment: &[(&str, &str)]) -> Server {
        let log = self.path("server.log");
        let mut command = self.command(&["serve", "--listen", listen]);
        command
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a log file"));
        let mut child = command.spawn().expect("it starts");
        let address = loop {
            let said = fs::read_to_string(&log).expect("a log file");
            if let Some(address) = address(&said) {
                break address;
            }
            if let Some(status) = child.try_wait().expect("a child") {
                panic!("the server ended ({status}): {said}");
            }
            thread::sleep(PAUSE);
        };
        Server {
            child,
            address,
            log,
        }
    }
}

/// Where the server says that it listens.
fn address(log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("serving"))?;
    let rest = &line[line.find("listen")?..];
    let address = &rest[rest.find("127.0.0.1:")?..];
    let end = address.find(|c: char| !matches!(c, '0'..='9' | '.' | ':'));
    address[..end?].parse().ok()
}

/// A server at work; it ends with this value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// `kill -9`: no destructor, no flush, no farewell.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a child");
    }

    /// SIGSTOP and SIGCONT: it is there and does nothing, until it goes on where it was.
    pub fn pause(&self, length: Duration) {
        self.signal("-STOP");
        thread::sleep(length);
        self.signal("-CONT");
    }

    /// SIGTERM. `None` when it has not ended within ten seconds.
    pub fn terminate(&mut self) -> Option<ExitStatus> {
        self.signal("-TERM");
        for _ in 0..1_000 {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status);
            }
            thread::sleep(PAUSE);
        }
        None
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill(1)").success());
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("a log file")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
