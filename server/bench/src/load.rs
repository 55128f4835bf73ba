//! One round of load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{client::Client, clock, metrics, process, target::Target};

const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const OVER: u8 = 2;

/// What is to be done with the time at present.
#[derive(Clone, Default)]
pub struct Phase(Arc<AtomicU8>);

/// Long enough for every client to have its connection and its place in the rhythm.
const WARM_UP: Duration = Duration::from_millis(300);

/// How long a last cycle may take before the server counts as stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client of the closed loop.
pub trait Cycles: Send + 'static {
    /// Reserves a resource and releases it.
    ///
    /// # Errors
    /// When the connection breaks or an answer is not what it must be.
    fn cycle(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// What a round showed.
pub struct Round {
    /// One for every complete cycle, shortest first.
    pub latencies: Vec<Duration>,
    /// How long was measured.
    pub elapsed: Duration,
    /// The server's CPU time meanwhile.
    pub cpu: Duration,
    /// The server's durable commits meanwhile, where it counts them.
    pub flushes: Option<f64>,
}

/// What was seen of the server while something was measured.
pub struct Window {
    pub elapsed: Duration,
    pub cpu: Duration,
    pub flushes: Option<f64>,
}

/// Drives the server with `clients` clients for `length` after a warm-up.
///
/// # Errors
/// When a client could not connect or got a wrong answer: the count of such clients and the first one's story.
pub async fn run(target: &Target, clients: u32, length: Duration) -> Result<Round> {
    let mut connected = Vec::new();
    for number in 0..clients {
        connected.push(Client::open(target, number).await?);
    }
    drive_all(connected, target, length).await
}

/// The same with clients that are connected.
///
/// # Errors
/// When a client got a wrong answer.
pub async fn drive_all<C: Cycles>(
    connected: Vec<C>,
    target: &Target,
    length: Duration,
) -> Result<Round> {
    let phase = Phase::default();
    let mut tasks = JoinSet::new();
    for client in connected {
        tasks.spawn(drive(client, phase.clone()));
    }
    let window = watch(target, length, &phase).await?;
    let mut latencies = collect(tasks).await?;
    latencies.sort_unstable();
    Ok(Round {
        latencies,
        elapsed: window.elapsed,
        cpu: window.cpu,
        flushes: window.flushes,
    })
}

/// Lets clients warm up, and watches the server for `length`. Then they are to stop.
///
/// # Errors
/// When the server has ended.
pub async fn watch(target: &Target, length: Duration, phase: &Phase) -> Result<Window> {
    sleep(WARM_UP).await;
    let flushes_before = flushes(target).await?;
    let cpu_before = process::cpu_time(target.process)?;
    let begin = clock::now();
    phase.0.store(MEASURING, Ordering::Relaxed);
    sleep(length).await;
    phase.0.store(OVER, Ordering::Relaxed);
    let elapsed = begin.elapsed();
    let cpu = process::cpu_time(target.process)?.saturating_sub(cpu_before);
    let flushes_after = flushes(target).await?;
    let flushes = flushes_after.zip(flushes_before);
    Ok(Window {
        elapsed,
        cpu,
        flushes: flushes.map(|(after, before)| after - before),
    })
}

impl Phase {
    /// Whether what happens now counts; `None`: it is time to stop.
    pub fn counts(&self) -> Option<bool> {
        match self.0.load(Ordering::Relaxed) {
            WARMING => Some(false),
            MEASURING => Some(true),
            _ => None,
        }
    }
}

/// Cycles until the round is over. The last cycle is completed, so that nothing stays reserved.
async fn drive(mut client: impl Cycles, phase: Phase) -> Result<Vec<Duration>> {
    let mut latencies = Vec::with_capacity(1 << 14);
    loop {
        let begin = clock::now();
        client.cycle().await?;
        match phase.counts() {
            Some(false) => {}
            Some(true) => latencies.push(begin.elapsed()),
            None => return Ok(latencies),
        }
    }
}

/// What all clients have to say, in no order.
///
/// # Errors
/// When one of them got a wrong answer, or none in time: the count of such clients and the first one's story.
pub async fn collect<T: 'static>(tasks: JoinSet<Result<Vec<T>>>) -> Result<Vec<T>> {
    timeout(PATIENCE, join(tasks))
        .await
        .context("a client got no answer in 30 s")?
}

/// As [`collect`], for what may take long.
///
/// # Errors
/// As there, but for the time.
pub async fn join<T: 'static>(mut tasks: JoinSet<Result<Vec<T>>>) -> Result<Vec<T>> {
    let mut found = Vec::new();
    let mut first = None;
    let mut failed = 0;
    while let Some(joined) = tasks.join_next().await {
        match joined.context("a client panicked")? {
            Ok(more) => found.extend(more),
            Err(error) => {
                failed += 1;
                first.get_or_insert(error);
            }
        }
    }
    if let Some(error) = first {
        bail!("{failed} clients got a wrong answer; the first: {error:#}");
    }
    Ok(found)
}

/// Commits of the log, and those of the database that bring them into the tables.
async fn flushes(target: &Target) -> Result<Option<f64>> {
    let Some(address) = target.metrics else {
        return Ok(None);
    };
    let mut flushes = 0.0;
    for counter in ["coop_ledger_commits_total", "coop_ledger_windows_total"] {
        flushes += metrics::read(address, counter).await?;
    }
    Ok(Some(flushes))
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};

    use super::*;

    #[tokio::test]
    async fn one_wrong_answer_fails_the_round_and_is_shown() {
        let (target, listener) = Target::in_this_process().await;
        let refusing = Router::new().route(
            "/api/v1/Reservation/reserve",
            post(async || r#"[{"status":"ALREADY_HELD"}]"#),
        );
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, refusing).await });

        let result = run(&target, 2, Duration::from_millis(10)).await;

        let error = result.err().expect("a failed round").to_string();
        assert!(error.contains("2 clients"), "{error}");
        assert!(error.contains("ALREADY_HELD"), "{error}");
    }
}
