//! The run: every number of clients in turn, and for each the ceiling, the server and the probe round by round.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use tokio::task::spawn_blocking;

use crate::{
    arguments::Plan,
    ceiling, expiry,
    flush::{self, Flush},
    hand_off,
    load::{self, Round},
    locker::Locker,
    machine::Machine,
    process,
    redis::{self, Redis},
    report::{Expiry, Report, Series},
    stats::{median, percentile},
    target::Target,
};

/// One round in figures.
pub struct Figures {
    /// Cycles a second.
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// The server's CPU time for one cycle, in microseconds.
    pub cpu_us: f64,
    /// Durable commits for one cycle.
    pub flushes: Option<f64>,
}

impl Figures {
    /// How far the slow cycles are from the middle one.
    pub fn spread(&self) -> f64 {
        self.p99.as_secs_f64() / self.p50.as_secs_f64()
    }

    fn of(round: &Round) -> Result<Self> {
        let cycles = f64::from(u32::try_from(round.latencies.len())?);
        anyhow::ensure!(cycles > 0.0, "a round without one complete cycle");
        Ok(Self {
            rate: cycles / round.elapsed.as_secs_f64(),
            p50: percentile(&round.latencies, 500),
            p99: percentile(&round.latencies, 990),
            cpu_us: round.cpu.as_secs_f64() * 1e6 / cycles,
            flushes: round.flushes.map(|flushes| flushes / cycles),
        })
    }
}

/// Starts both servers, measures, and stops them.
///
/// # Errors
/// When a server does not start or one answer was wrong.
pub async fn run(plan: &Plan) -> Result<Report> {
    fs::create_dir_all(&plan.dir)
        .with_context(|| format!("cannot create {}", plan.dir.display()))?;
    let machine = Machine::look(&plan.dir);
    let locker = Locker::start(&plan.server, &plan.dir).await?;
    let (_ceiling, ceiling) = ceiling::start(plan.server_threads, None).await?;
    let journal = locker.folder().join("journal");
    let (_durable, durable) = ceiling::start(plan.server_threads, Some(&journal)).await?;
    let redis = if plan.redis {
        Some(Redis::start(&plan.dir).await?)
    } else {
        None
    };

    let mut probes = Vec::new();
    let mut series = Vec::new();
    for &clients in &plan.clients {
        let mut one = Series::new(clients);
        for number in 1..=plan.rounds {
            eprintln!(
                "bench: {clients} clients, round {number} of {}",
                plan.rounds
            );
            // Whoever comes second may find a warmer machine, so they take turns.
            let ceiling_first = number % 2 == 1;
            if ceiling_first {
                one.ceiling.push(
                    measure(&ceiling, clients, plan)
                        .await
                        .context("the ceiling")?,
                );
            }
            one.ours.push(
                measure(&locker.target, clients, plan)
                    .await
                    .context("coop-locker")?,
            );
            if !ceiling_first {
                one.ceiling.push(
                    measure(&ceiling, clients, plan)
                        .await
                        .context("the ceiling")?,
                );
            }
            let figures = measure(&durable, clients, plan).await;
            one.durable.push(figures.context("the durable ceiling")?);
            if let Some(redis) = &redis {
                let figures = measure_redis(redis, clients, plan).await;
                one.redis.push(figures.context("redis-server")?);
            }
            probes.push(probe(locker.folder()).await?);
        }
        one.resident_kib = process::resident_kib(locker.target.process)?;
        series.push(one);
    }
    eprintln!("bench: hand-offs");
    let mut hand_offs = Vec::new();
    for _ in 0..plan.rounds {
        hand_offs.push(hand_off::run(&locker.target, plan.length).await?);
    }
    eprintln!("bench: expiries");
    let late = expiry::run(&locker.target).await?;
    Ok(Report {
        machine,
        settings: settings(plan),
        flush_us: micros(probes.iter().map(|probe| probe.busy)),
        rested_flush_us: micros(probes.iter().map(|probe| probe.rested)),
        series,
        hand_offs,
        expiry: Expiry {
            count: u32::try_from(late.len())?,
            p50: percentile(&late, 500),
            most: percentile(&late, 1_000),
        },
    })
}

async fn measure(target: &Target, clients: u32, plan: &Plan) -> Result<Figures> {
    Figures::of(&load::run(target, clients, plan.length).await?)
}

async fn measure_redis(redis: &Redis, clients: u32, plan: &Plan) -> Result<Figures> {
    let mut connected = Vec::new();
    for number in 0..clients {
        connected.push(redis::Client::open(&redis.target, number).await?);
    }
    Figures::of(&load::drive_all(connected, &redis.target, plan.length).await?)
}

fn micros(times: impl Iterator<Item = Duration>) -> f64 {
    median(times.map(|time| time.as_secs_f64() * 1e6)).unwrap_or_default()
}

async fn probe(folder: &Path) -> Result<Flush> {
    let folder = folder.to_owned();
    spawn_blocking(move || flush::probe(&folder))
        .await
        .context("the fsync probe panicked")?
}

fn settings(plan: &Plan) -> String {
    format!(
        "{} rounds of {} s, {} threads a server, {} of the clients",
        plan.rounds,
        plan.length.as_secs(),
        plan.server_threads,
        plan.client_threads
    )
}
