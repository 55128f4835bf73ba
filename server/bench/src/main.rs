//! The benchmark behind `make bench`: how many durable reserve-and-release cycles a second the server does, next to what
//! the machine could do at best.
//!
//! # What is measured
//! A **cycle** is one reserve and one unreserve of a free resource. Every client has one HTTP/1.1 connection that it
//! keeps, and resources of its own; it sends its next request when the last answer has arrived (closed loop). Every
//! answer is checked; one wrong answer fails the run. The server runs with its default settings but for a tiers file
//! without limits, in a temporary folder under `--dir`, which has to be on the disk that matters.
//!
//! # What it is compared with
//! Absolute numbers drift by a third on shared machines, so goals are ratios within one run and rounds are interleaved:
//! - the **HTTP ceiling** (`coop-bench ceiling`): a bare axum server in a process of its own with as many worker threads,
//!   that reads the request and answers JSON of the same shape without doing anything;
//! - the **durable ceiling** (the same with `--journal`): answers each request when something is on the disk that was written
//!   after the request had come, by one thread for all who came meanwhile. It decides nothing, checks nothing and keeps
//!   nothing that could be read again, so it is what is left of the ceiling for whoever loses nothing that was answered;
//! - with `--redis` **Redis** (`redis-server`, which has to be installed) with `appendfsync always`, as a lock service: what a
//!   mature server that loses nothing makes of the same disk and the same cores;
//! - the **fsync probe**: 4 KiB written to a preallocated file and flushed with `fdatasync`.
//!
//! Figures are medians over the rounds. CPU time is the server's own, read from `/proc`, in steps of 10 ms; flushes come
//! from the server's counters `coop_ledger_commits_total` and `coop_ledger_windows_total`. Clients share the machine with the
//! server.
//!
//! **Hand-offs** are measured with 64 clients that wait for one resource and release it at once; **expiries** by those
//! who wait for what expires, on the clock of the machine.
//!
//! `coop-bench scale` measures something else: a tenant with a million reservations next to one with a thousand; and
//! `coop-bench streams` what very many event streams cost.
//!
//! # How to read a missed floor
//! The table goes to standard output, progress to standard error. A missed floor is said in the table and does not fail
//! the run: it may be the machine. Wrong answers do.

mod arguments;
mod ceiling;
mod client;
mod clock;
mod expiry;
mod flush;
mod hand_off;
mod http;
mod journal;
mod load;
mod locker;
mod machine;
mod metrics;
mod process;
mod redis;
mod report;
mod rounds;
mod scale;
mod stats;
mod streams;
mod target;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::arguments::{Arguments, Subcommand};

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.subcommand {
        Some(Subcommand::Ceiling {
            listen,
            threads,
            journal,
        }) => {
            return runtime(threads)?.block_on(ceiling::serve(listen, journal.as_deref()));
        }
        Some(Subcommand::Scale(plan)) => {
            print!("{}", runtime(1)?.block_on(scale::run(&plan))?);
            return Ok(());
        }
        Some(Subcommand::Streams(plan)) => {
            print!("{}", runtime(1)?.block_on(streams::run(&plan))?);
            return Ok(());
        }
        None => {}
    }
    let plan = arguments.plan();
    let report = runtime(plan.client_threads)?.block_on(rounds::run(&plan))?;
    print!("{report}");
    Ok(())
}

fn runtime(threads: usize) -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.max(1))
        .enable_all()
        .build()?;
    Ok(runtime)
}
