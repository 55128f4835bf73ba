//! The command line.

use std::{net::SocketAddr, num::NonZero, path::PathBuf, thread, time::Duration};

use clap::Parser;

/// Measures reserve-and-release cycles of coop-locker against the HTTP ceiling of this machine.
#[derive(Parser)]
#[command(name = "coop-bench", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// The server to measure
    #[arg(long, default_value = "target/release/coop-locker")]
    server: PathBuf,

    /// Where the database and the probe's file go: a folder on the disk that matters
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,

    /// How many clients at once, one series each
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    clients: Vec<u32>,

    /// Seconds of measuring in a round
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,

    /// Rounds of each kind for every number of clients
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Threads of the load generator [default: half as many as there are cores]
    #[arg(long)]
    client_threads: Option<usize>,

    /// Measure Redis too, `appendfsync always`; needs redis-server
    #[arg(long)]
    redis: bool,

    /// Three rounds of one second: a first look
    #[arg(long, conflicts_with_all = ["seconds", "rounds"])]
    quick: bool,
}

#[derive(clap::Subcommand)]
pub enum Subcommand {
    /// Answers as the server would, without doing anything; started by the benchmark itself
    Ceiling {
        /// Address and port to listen on
        #[arg(long)]
        listen: SocketAddr,
        /// Worker threads
        #[arg(long)]
        threads: usize,
        /// Answer only when something is on the disk, in this file
        #[arg(long)]
        journal: Option<PathBuf>,
    },
    /// What very many reservations of one tenant cost, next to a thousand
    Scale(Scale),
    /// What very many event streams cost, and how soon an event is with everybody who listens
    Streams(Streams),
}

#[derive(clap::Args)]
pub struct Scale {
    /// The server to measure
    #[arg(long, default_value = "target/release/coop-locker")]
    pub server: PathBuf,

    /// Where the databases go: a folder on the disk that matters
    #[arg(long, default_value = "target/bench")]
    pub dir: PathBuf,

    /// How many are very many, by the hundred
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(2_000..=10_000_000))]
    pub reservations: u32,

    /// Rounds of two seconds each
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
}

#[derive(clap::Args)]
pub struct Streams {
    /// The server to measure
    #[arg(long, default_value = "target/release/coop-locker")]
    pub server: PathBuf,

    /// Where the databases go
    #[arg(long, default_value = "target/bench")]
    pub dir: PathBuf,

    /// How many streams on which nothing happens; as many file descriptors are needed, here and in the server
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=19_000))]
    pub idle: u32,

    /// How many listeners of one tenant
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub listeners: u32,
}

/// What to do, with nothing left open.
pub struct Plan {
    pub server: PathBuf,
    pub dir: PathBuf,
    pub clients: Vec<u32>,
    /// Of one round, without the warm-up.
    pub length: Duration,
    pub rounds: u32,
    pub client_threads: usize,
    pub redis: bool,
    /// Of the ceiling; the server takes as many of its own accord.
    pub server_threads: usize,
}

impl Arguments {
    pub fn plan(self) -> Plan {
        let (seconds, rounds) = if self.quick {
            (1, 3)
        } else {
            (self.seconds, self.rounds)
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Plan {
            server: self.server,
            dir: self.dir,
            clients: self.clients,
            length: Duration::from_secs(seconds),
            rounds,
            client_threads: self.client_threads.unwrap_or(cores / 2).max(1),
            redis: self.redis,
            server_threads: cores,
        }
    }
}
