//! The real server, started as an operator would start it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use crate::{
    clock,
    target::{Target, free_address, wait_until_ready},
};

/// The limits that a tiers file can set, lifted. 0 stands for unlimited; the rate has to be a number.
const LIMITS: &str = "apiKeys = 0\nwritesPerMinute = 1000000000\noperationsPerDay = 0\nactiveReservations = 0\neventStreams = 0\nhistoryHours = 24\njwtExchange = true\n";

/// A running server with its own database; both end with this value.
pub struct Locker {
    pub target: Target,
    folder: TempDir,
    setup: Setup,
    child: Child,
}

/// How long a stop may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What `tenant create --json` prints, as far as it is needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tenant {
    api_key: String,
}

impl Locker {
    /// Makes a database with one tenant and starts the server on it.
    ///
    /// # Errors
    /// When there is no server to start, the tenant cannot be made, or the server does not come up: with what it said.
    pub async fn start(program: &Path, dir: &Path) -> Result<Self> {
        let program = fs::canonicalize(program).with_context(|| {
            format!("no server at {}: `make build` makes one", program.display())
        })?;
        let folder = tempfile::Builder::new().prefix("locker-").tempdir_in(dir)?;
        let folder_path = fs::canonicalize(folder.path())?;
        let tiers = ["free", "starter", "pro", "enterprise"]
            .map(|tier| format!("[{tier}]\n{LIMITS}"))
            .concat();
        fs::write(folder_path.join("tiers.toml"), tiers)?;

        let setup = Setup {
            program,
            folder: folder_path,
            listen: free_address().await?,
            metrics: free_address().await?,
        };
        let tenant = setup.create_tenant().await?;
        let mut child = setup.serve()?;
        if let Err(error) = wait_until_ready(&mut child, setup.listen).await {
            bail!("coop-locker: {error:#}; it said:\n{}", setup.said());
        }
        Ok(Self {
            target: Target {
                address: setup.listen,
                api_key: tenant.api_key,
                process: child.id().context("coop-locker has ended")?,
                metrics: Some(setup.metrics),
            },
            folder,
            setup,
            child,
        })
    }

    /// Stops the server as an operator would, which leaves everything in the database file itself.
    ///
    /// # Errors
    /// When it does not end in time, or not well.
    pub async fn stop(&mut self) -> Result<()> {
        let process = self.child.id().context("coop-locker has ended")?;
        let sent = Command::new("kill")
            .args(["-TERM", &process.to_string()])
            .status()
            .await;
        ensure!(sent?.success(), "kill(1) failed");
        let status = timeout(PATIENCE, self.child.wait()).await;
        let status = status.context("coop-locker did not stop")??;
        ensure!(status.success(), "coop-locker ended with {status}");
        Ok(())
    }

    /// Starts it again. How long it took until it said that it is ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<Duration> {
        let begin = clock::now();
        self.child = self.setup.serve()?;
        wait_until_ready(&mut self.child, self.setup.listen).await?;
        let elapsed = begin.elapsed();
        self.target.process = self.child.id().context("coop-locker has ended")?;
        Ok(elapsed)
    }

    /// Bytes of the database file.
    ///
    /// # Errors
    /// When there is none.
    pub fn database_bytes(&self) -> Result<u64> {
        Ok(fs::metadata(self.setup.database())?.len())
    }

    /// The folder with the database, for what has to lie on the same disk.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

struct Setup {
    program: PathBuf,
    folder: PathBuf,
    listen: SocketAddr,
    metrics: SocketAddr,
}

impl Setup {
    /// The program with the settings of this run and nothing of the caller's environment.
    fn command(&self) -> Command {
        let file = |name: &str| self.folder.join(name);
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env(
                "COOP_LOCKER_DATABASE_URL",
                format!("sqlite:{}", self.database().display()),
            )
            .env("COOP_LOCKER_LISTEN", self.listen.to_string())
            .env(
                "COOP_LOCKER_BASE_URL",
                format!("http://localhost:{}", self.listen.port()),
            )
            .env("COOP_LOCKER_METRICS_LISTEN", self.metrics.to_string())
            .env("COOP_LOCKER_MASTER_KEY_FILE", file("master.key"))
            .env("COOP_LOCKER_TIERS_FILE", file("tiers.toml"))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    async fn create_tenant(&self) -> Result<Tenant> {
        let output = self
            .command()
            .args(["tenant", "create", "--name", "bench"])
            .args(["--email", "bench@example.com"])
            .args(["--tier", "enterprise", "--json"])
            .output()
            .await
            .context("cannot start coop-locker")?;
        if !output.status.success() {
            bail!(
                "`coop-locker tenant create` failed ({}): {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        serde_json::from_slice(&output.stdout)
            .context("`coop-locker tenant create --json` did not print a tenant")
    }

    fn serve(&self) -> Result<Child> {
        let log = File::create(self.log())?;
        self.command()
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start coop-locker")
    }

    fn database(&self) -> PathBuf {
        self.folder.join("coop-locker.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// The last lines of the log.
    fn said(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}
