//! `coop-bench scale`: what a tenant with very many reservations costs, next to one with few.
//!
//! Two servers with one tenant each, one with few reservations and one with many, take turns. So what is compared is
//! the same code in the same minute.

mod fill;
mod page;
mod report;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};

use crate::{
    arguments::Scale,
    clock,
    load::{self, Cycles as _},
    locker::Locker,
    machine::Machine,
    process,
    stats::{median, percentile},
};

pub use report::Report;

/// What "few" is.
const FEW: u32 = 1_000;

/// Restarts, of which the medians count.
const STARTS: u32 = 5;

/// Clients of the rounds of cycles.
const CLIENTS: [u32; 2] = [1, 16];

/// Two figures, and how the second stands to the first.
pub struct Pair {
    pub few: f64,
    pub many: f64,
    /// Round by round, the middle one: neighbours in time share the machine's mood.
    pub ratio: f64,
}

/// A server with its reservations.
struct Side {
    locker: Locker,
    reservations: u32,
    /// Of the empty server.
    empty_kib: u32,
    pages: page::Pages,
}

/// Fills both, measures, and stops them.
///
/// # Errors
/// When a server does not start, or one answer was wrong.
pub async fn run(plan: &Scale) -> Result<Report> {
    fs::create_dir_all(&plan.dir)
        .with_context(|| format!("cannot create {}", plan.dir.display()))?;
    let machine = Machine::look(&plan.dir);
    let mut few = side(&plan.server, &plan.dir, FEW).await?;
    let mut many = side(&plan.server, &plan.dir, plan.reservations).await?;

    let mut report = Report::new(machine, [few.reservations, many.reservations]);
    let kib = |side: &Side| process::resident_kib(side.locker.target.process);
    let filled = f64::from(kib(&many)?.saturating_sub(many.empty_kib)) * 1024.0;
    report.bytes_in_memory_filled = filled / f64::from(many.reservations);

    for clients in CLIENTS {
        eprintln!("bench: cycles of {clients} clients beside so many reservations");
        let pair = cycles(&few, &many, clients, plan.rounds).await?;
        report.cycles.push((clients, pair));
    }
    eprintln!("bench: pages of the list");
    for place in page::Place::ALL {
        let pair = page::compare(
            [&few.locker.target, &many.locker.target],
            [&few.pages, &many.pages],
            place,
        );
        report.pages.push((place, pair.await?));
    }
    eprintln!("bench: starts");
    let mut starts = [Vec::new(), Vec::new()];
    let mut firsts = [Vec::new(), Vec::new()];
    let mut loaded = Vec::new();
    for _ in 0..STARTS {
        for (index, side) in [&mut few, &mut many].into_iter().enumerate() {
            side.locker.stop().await?;
            starts[index].push(millis(side.locker.start_again().await?));
            firsts[index].push(millis(first_cycle(side).await?));
        }
        loaded.push(f64::from(kib(&many)?) * 1024.0);
    }
    report.start = Pair::of(&starts[0], &starts[1]);
    report.first = Pair::of(&firsts[0], &firsts[1]);
    let loaded = median(loaded).unwrap_or(f64::NAN) - f64::from(many.empty_kib) * 1024.0;
    report.bytes_in_memory_loaded = loaded / f64::from(many.reservations);

    few.locker.stop().await?;
    many.locker.stop().await?;
    let bytes = many
        .locker
        .database_bytes()?
        .saturating_sub(few.locker.database_bytes()?);
    report.bytes_on_disk = f64::from(u32::try_from(bytes >> 10)?) * 1024.0
        / f64::from(many.reservations.saturating_sub(few.reservations).max(1));
    Ok(report)
}

async fn side(server: &Path, dir: &Path, reservations: u32) -> Result<Side> {
    let locker = Locker::start(server, dir).await?;
    let empty_kib = process::resident_kib(locker.target.process)?;
    eprintln!("bench: making {reservations} reservations");
    fill::fill(&locker.target, reservations).await?;
    let pages = page::walk(&locker.target, reservations).await?;
    Ok(Side {
        locker,
        reservations,
        empty_kib,
        pages,
    })
}

/// The median cycle of each, round by round in turns, in microseconds.
async fn cycles(few: &Side, many: &Side, clients: u32, rounds: u32) -> Result<Pair> {
    let mut medians = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (index, side) in [few, many].into_iter().enumerate() {
            let round = load::run(&side.locker.target, clients, Duration::from_secs(2)).await?;
            medians[index].push(micros(percentile(&round.latencies, 500)));
        }
    }
    Ok(Pair::of(&medians[0], &medians[1]))
}

/// The first reserve after a start, for which the book is loaded, and its release.
async fn first_cycle(side: &Side) -> Result<Duration> {
    let mut client = crate::client::Client::open(&side.locker.target, 0).await?;
    let begin = clock::now();
    client.cycle().await?;
    Ok(begin.elapsed())
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

impl Pair {
    fn of(few: &[f64], many: &[f64]) -> Self {
        let middle = |values: &[f64]| median(values.iter().copied()).unwrap_or(f64::NAN);
        let ratios: Vec<f64> = few.iter().zip(many).map(|(few, many)| many / few).collect();
        Self {
            few: middle(few),
            many: middle(many),
            ratio: middle(&ratios),
        }
    }
}
