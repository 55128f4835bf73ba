//! A server under load, ours or the ceiling.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, bail};
use tokio::{
    net::TcpListener,
    process::Child,
    time::{sleep, timeout},
};

use crate::http::Connection;

/// What the load generator has to know of a server.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub api_key: String,
    /// Its process, whose CPU time is read.
    pub process: u32,
    /// Where it counts its flushes; the ceiling has none.
    pub metrics: Option<SocketAddr>,
}

#[cfg(test)]
impl Target {
    /// A server of this very process, and where it has to listen.
    pub async fn in_this_process() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = Self {
            address: listener.local_addr().expect("its address"),
            api_key: "none".to_owned(),
            process: std::process::id(),
            metrics: None,
        };
        (target, listener)
    }
}

/// A loopback address whose port was free a moment ago.
///
/// # Errors
/// When loopback has no port left.
pub async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(listener.local_addr()?)
}

/// Waits until the server answers that it is ready.
///
/// # Errors
/// When it ends before, or is not ready in 30 s.
pub async fn wait_until_ready(child: &mut Child, address: SocketAddr) -> Result<()> {
    let ready = async {
        loop {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}");
            }
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok(response) = connection.get("/health/ready").await
                && response.status == 200
            {
                return Ok(());
            }
            // Often, because how long this takes is measured too.
            sleep(Duration::from_millis(1)).await;
        }
    };
    match timeout(Duration::from_secs(30), ready).await {
        Ok(result) => result,
        Err(_) => bail!("it was not ready at http://{address}/health/ready in 30 s"),
    }
}
