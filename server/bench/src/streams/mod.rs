//! `coop-bench streams`: what very many event streams cost, how soon an event is with everybody who listens, and how soon
//! they are cut off.

mod listener;

use std::{
    fmt, fs,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{sleep, timeout},
};

use self::listener::{Heard, Listener};
use crate::{
    arguments::Streams,
    clock,
    http::Connection,
    load,
    locker::Locker,
    machine::Machine,
    process,
    report::{Better, Held},
    stats::percentile,
    target::Target,
};

/// Events whose way is measured.
const EVENTS: usize = 200;
/// Between two of them: everybody has heard of one before the next happens.
const APART: Duration = Duration::from_millis(50);
/// For what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// All that one run has to say.
pub struct Report {
    machine: Machine,
    idle: u32,
    idle_kib: f64,
    listeners: u32,
    /// From the request to each listener, shortest first.
    ways: Vec<Duration>,
    /// From the answer that the key was rotated until each stream had ended, shortest first.
    ends: Vec<Duration>,
}

/// Measures.
///
/// # Errors
/// When the server does not start, or a stream misses something.
pub async fn run(plan: &Streams) -> Result<Report> {
    fs::create_dir_all(&plan.dir)
        .with_context(|| format!("cannot create {}", plan.dir.display()))?;
    let machine = Machine::look(&plan.dir);
    let idle_kib = idle(plan).await?;
    let locker = Locker::start(&plan.server, &plan.dir).await?;
    eprintln!("bench: {} listeners", plan.listeners);
    let (ways, ends) = listened(&locker.target, plan.listeners).await?;
    Ok(Report {
        machine,
        idle: plan.idle,
        idle_kib,
        listeners: plan.listeners,
        ways,
        ends,
    })
}

/// What one of very many streams on which nothing happens takes of the server's memory, in KiB.
async fn idle(plan: &Streams) -> Result<f64> {
    let locker = Locker::start(&plan.server, &plan.dir).await?;
    eprintln!("bench: opening {} streams", plan.idle);
    let target = &locker.target;
    // What the first connections make the server allocate once is not theirs.
    let mut streams = vec![Listener::open(target).await?];
    let before = process::resident_kib(target.process)?;
    for _ in 0..plan.idle {
        streams.push(Listener::open(target).await?);
    }
    let after = process::resident_kib(target.process)?;
    Ok(f64::from(after.saturating_sub(before)) / f64::from(plan.idle))
}

async fn listened(target: &Target, listeners: u32) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let sent = Arc::new(std::sync::Mutex::new(vec![None::<Instant>; EVENTS]));
    let ready = Arc::new(Barrier::new(listeners as usize + 1));
    let mut tasks = JoinSet::new();
    for _ in 0..listeners {
        let (target, sent, ready) = (target.clone(), Arc::clone(&sent), Arc::clone(&ready));
        tasks.spawn(async move {
            let mut listener = Listener::open(&target).await?;
            ready.wait().await;
            let mut came = Vec::with_capacity(EVENTS);
            loop {
                let (heard, at) = timeout(PATIENCE, listener.hear()).await??;
                match heard {
                    Heard::Event(number) => {
                        ensure!(number == came.len(), "event {number} after {}", came.len());
                        came.push(at);
                    }
                    Heard::Revoked => break,
                }
            }
            ensure!(came.len() == EVENTS, "{} events came", came.len());
            let end = listener.ended().await?;
            let sent = sent.lock().map_err(|_| anyhow::anyhow!("poisoned"))?;
            let ways = came.iter().zip(sent.iter());
            let ways = ways.filter_map(|(came, sent)| Some(came.duration_since((*sent)?)));
            Ok::<_, anyhow::Error>(vec![(ways.collect::<Vec<_>>(), end)])
        });
    }
    ready.wait().await;
    let mut connection = Connection::open(target.address).await?;
    for number in 0..EVENTS {
        let body = format!(r#"[{{"requester":"w","resource":"event-{number}"}}]"#);
        if let Ok(mut sent) = sent.lock() {
            sent[number] = Some(clock::now());
        }
        let answer = connection
            .post(target, "/Reservation/reserve", &body)
            .await?;
        ensure!(
            answer.status == 200,
            "a reserve was answered {}",
            answer.status
        );
        sleep(APART).await;
    }
    // Whoever has a key may end it: the default key is rotated.
    let body = format!(r#"{{"key":"{}"}}"#, target.api_key);
    let answer = connection.post(target, "/keys/report-leak", &body).await?;
    ensure!(
        answer.status == 200,
        "report-leak was answered {}",
        answer.status
    );
    let rotated = clock::now();
    let (mut ways, mut ends) = (Vec::new(), Vec::new());
    for (way, end) in load::collect(tasks).await? {
        ways.extend(way);
        ends.push(end.saturating_duration_since(rotated));
    }
    ways.sort_unstable();
    ends.sort_unstable();
    Ok((ways, ends))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        let millis =
            |sorted: &[Duration], per_mille| percentile(sorted, per_mille).as_secs_f64() * 1e3;
        writeln!(f, "\n| what | p50 | p99 | most |\n|---|--:|--:|--:|")?;
        for (what, sorted) in [
            ("from a reserve's request to a listener, ms", &self.ways),
            (
                "from the end of a rotation to the end of a stream, ms",
                &self.ends,
            ),
        ] {
            let of = |per_mille| millis(sorted, per_mille);
            writeln!(
                f,
                "| {what} | {:.1} | {:.1} | {:.1} |",
                of(500),
                of(990),
                of(1000)
            )?;
        }
        writeln!(f, "\n{}", Held::HEADINGS)?;
        let held = |clients, measure: &str, value, mark| {
            Held::new(
                clients,
                measure.to_owned(),
                value,
                (mark, mark),
                Better::Lower,
            )
        };
        let measure = "KiB of memory for an idle stream";
        writeln!(f, "{}", held(self.idle, measure, self.idle_kib, 20.0))?;
        let measure = "ms until a listener has an event, p99";
        writeln!(
            f,
            "{}",
            held(self.listeners, measure, millis(&self.ways, 990), 50.0)
        )?;
        let measure = "ms until all streams of a rotated key have ended";
        writeln!(
            f,
            "{}",
            held(self.listeners, measure, millis(&self.ends, 1000), 100.0)
        )
    }
}
