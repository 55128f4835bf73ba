//! The HTTP ceiling: what axum alone can do on this machine with the same requests and answers. And the durable ceiling: what
//! is left of that when something has to be on the disk before each answer.

use std::{env, net::SocketAddr, path::Path, process::Stdio};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

use crate::{
    journal::Journal,
    target::{Target, free_address, wait_until_ready},
};

/// Typical answers of the server, byte for byte in shape and nearly so in length.
const ACQUIRED: &str = concat!(
    r#"[{"resource":"bench-10-17","requester":"bench-10","status":"ACQUIRED","explanation":null,"#,
    r#""releaseToken":"6f1c2a52-8a0e-4f0c-9d53-3a1de02d7c11","fencingToken":123456,"#,
    r#""reservedAt":"2026-01-01T00:00:00.000Z","expiresAt":"2026-01-01T00:01:00.000Z","#,
    r#""acquiredSlots":null,"acquiredBlockers":null,"reservedAtPath":null,"mode":"exclusive","#,
    r#""heldBy":null,"holders":null,"position":null,"availableAt":null,"retryAfterMs":null}]"#
);
const RELINQUISHED: &str = concat!(
    r#"[{"resource":"bench-10-17","requester":"bench-10","status":"RELINQUISHED","explanation":null,"#,
    r#""released":["bench-10-17"]}]"#
);

/// Serves until the process is ended. With a file for a journal, nothing is answered before an entry of its own is on the disk.
///
/// # Errors
/// When it cannot listen there, or not write the file.
pub async fn serve(listen: SocketAddr, journal: Option<&Path>) -> Result<()> {
    let journal = journal.map(Journal::begin).transpose()?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    serve_on(listener, journal).await
}

async fn serve_on(listener: TcpListener, journal: Option<Journal>) -> Result<()> {
    let answer = |body| {
        let journal = journal.clone();
        post(async move |_: Bytes| answer(journal.as_ref(), body).await)
    };
    let router = Router::new()
        .route("/health/ready", get(async || "ready"))
        .route("/api/v1/Reservation/reserve", answer(ACQUIRED))
        .route("/api/v1/Reservation/unreserve", answer(RELINQUISHED));
    // Without effect when it fails, and then only slower.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn answer(journal: Option<&Journal>, body: &'static str) -> Response {
    if let Some(journal) = journal
        && !journal.entry().await
    {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Starts a ceiling in a process of its own, so that its CPU time can be told from the client's.
///
/// # Errors
/// When it does not come up.
pub async fn start(threads: usize, journal: Option<&Path>) -> Result<(Child, Target)> {
    let address = free_address().await?;
    let program = env::current_exe().context("this program cannot find itself")?;
    let mut command = Command::new(program);
    command
        .args(["ceiling", "--listen", &address.to_string()])
        .args(["--threads", &threads.to_string()]);
    if let Some(journal) = journal {
        command.arg("--journal").arg(journal);
    }
    let mut child = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the ceiling")?;
    wait_until_ready(&mut child, address)
        .await
        .context("the ceiling")?;
    let target = Target {
        address,
        api_key: "coop_sk_ceiling-reads-no-key-but-the-bytes-have-to-travel".to_owned(),
        process: child.id().context("the ceiling has ended")?,
        metrics: None,
    };
    Ok((child, target))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::task::JoinSet;

    use super::*;
    use crate::load;

    #[tokio::test]
    async fn clients_complete_cycles_against_both_ceilings_without_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::begin(&folder.path().join("journal")).expect("a file");
        for journal in [None, Some(journal)] {
            let (target, listener) = Target::in_this_process().await;
            let mut server = JoinSet::new();
            server.spawn(serve_on(listener, journal));

            let round = load::run(&target, 4, Duration::from_millis(50))
                .await
                .expect("every answer was right");

            assert!(!round.latencies.is_empty());
            assert!(round.latencies.is_sorted());
        }
    }
}
