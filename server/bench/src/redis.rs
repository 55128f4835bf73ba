//! Redis as a lock service that loses nothing it has acknowledged: `appendonly yes`, `appendfsync always`. What it reaches on a
//! machine says what a mature server makes of that machine's disk and cores.
//!
//! A cycle is what its documentation calls the correct way with a single instance: `SET resource token NX PX`, and a script
//! that deletes the key if it still holds the token.

use std::{fs, io::Write, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    load::Cycles,
    target::{Target, free_address},
};

/// As many resources a client as [`crate::client`] uses.
const RESOURCES: u32 = 64;
const RELEASE: &str =
    "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end";
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server with its own data; both end with this value.
pub struct Redis {
    pub target: Target,
    _child: Child,
    _folder: TempDir,
}

impl Redis {
    /// Starts one.
    ///
    /// # Errors
    /// When there is none on this machine, or it does not come up.
    pub async fn start(dir: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("redis-").tempdir_in(dir)?;
        let address = free_address().await?;
        let mut child = Command::new("redis-server")
            .args(["--bind", &address.ip().to_string()])
            .args(["--port", &address.port().to_string()])
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args(["--save", "", "--daemonize", "no", "--dir"])
            .arg(fs::canonicalize(folder.path())?)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("no redis-server: on Debian `apt-get install redis-server` brings one")?;
        timeout(PATIENCE, wait_until_ready(&mut child, address))
            .await
            .context("redis-server did not answer in 10 s")??;
        let target = Target {
            address,
            api_key: String::new(),
            process: child.id().context("redis-server has ended")?,
            metrics: None,
        };
        Ok(Self {
            target,
            _child: child,
            _folder: folder,
        })
    }
}

async fn wait_until_ready(child: &mut Child, address: SocketAddr) -> Result<()> {
    loop {
        if let Some(status) = child.try_wait()? {
            bail!("redis-server ended with {status}");
        }
        if let Ok(mut connection) = Connection::open(address).await {
            let answer = connection.ask(&["PING"]).await?;
            ensure!(answer == b"+PONG\r\n", "redis-server answers a PING oddly");
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// A client of the closed loop.
pub struct Client {
    connection: Connection,
    number: u32,
    turn: u32,
    /// The digest by which the server knows the script.
    release: String,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn open(target: &Target, number: u32) -> Result<Self> {
        let mut connection = Connection::open(target.address).await?;
        let answer = connection.ask(&["SCRIPT", "LOAD", RELEASE]).await?;
        let release = str::from_utf8(answer)?.lines().nth(1);
        let release = release.context("no digest of a script")?.to_owned();
        Ok(Self {
            connection,
            number,
            turn: 0,
            release,
        })
    }
}

impl Cycles for Client {
    async fn cycle(&mut self) -> Result<()> {
        let (number, turn) = (self.number, self.turn);
        self.turn = turn.wrapping_add(1);
        let resource = format!("bench-{number}-{}", turn % RESOURCES);
        let token = format!("bench-{number}-{turn:032}");
        let reserve = ["SET", &resource, &token, "NX", "PX", "60000"];
        let answer = self.connection.ask(&reserve).await?;
        ensure!(answer == b"+OK\r\n", "redis-server did not set a free key");
        let release = ["EVALSHA", &self.release, "1", &resource, &token];
        let answer = self.connection.ask(&release).await?;
        ensure!(answer == b":1\r\n", "redis-server did not delete a key");
        Ok(())
    }
}

/// As little of its protocol (RESP2) as is needed.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    incoming: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: Vec::with_capacity(512),
            incoming: Vec::with_capacity(512),
        })
    }

    async fn ask(&mut self, words: &[&str]) -> Result<&[u8]> {
        self.request.clear();
        write!(self.request, "*{}\r\n", words.len())?;
        for word in words {
            write!(self.request, "${}\r\n{word}\r\n", word.len())?;
        }
        self.stream.write_all(&self.request).await?;
        self.incoming.clear();
        while !is_whole(&self.incoming) {
            let read = self.stream.read_buf(&mut self.incoming).await?;
            ensure!(read > 0, "redis-server closed the connection");
        }
        Ok(&self.incoming)
    }
}

/// Whether it is an answer to its end: a line, or a line with a length and a text.
fn is_whole(answer: &[u8]) -> bool {
    let lines = if answer.first() == Some(&b'$') { 2 } else { 1 };
    answer.ends_with(b"\r\n") && answer.split(|byte| *byte == b'\n').count() > lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_at_its_last_line_and_not_before() {
        for (answer, is) in [
            ("+OK\r\n", true),
            (":1\r\n", true),
            ("$3\r\nabc\r\n", true),
            ("$3\r\n", false),
            ("$3\r\nabc", false),
            ("+OK", false),
            ("", false),
        ] {
            assert_eq!(is_whole(answer.as_bytes()), is, "{answer:?}");
        }
    }
}
