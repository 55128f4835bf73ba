//! Hand-offs: many wait for one resource, and each releases it as soon as it has it.
//!
//! A hand-off lasts from sending the release until the next holder has its answer. Both are one durable write, so the
//! next holder may well know before the last one does.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use crate::{
    client::Client,
    clock,
    load::{self, Phase},
    stats::percentile,
    target::Target,
};

/// How many wait at once. That is what the goals are set for.
pub const WAITERS: u32 = 64;

/// Longer than a round of everybody takes.
const WAIT_SECONDS: u32 = 30;

const RESOURCE: &str = "handed-on";

/// One round in figures.
pub struct HandOffs {
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// From the release being answered; nothing, where the next holder was told first.
    pub after_answer_p99: Duration,
    /// Durable commits for one hand-off.
    pub flushes: f64,
}

/// Somebody's turn.
#[derive(Clone, Copy)]
struct Turn {
    /// When it was told that it has the resource.
    begin: Instant,
    /// When it sent the release.
    end: Instant,
    /// When that was answered.
    answered: Instant,
    counts: bool,
}

/// Lets the resource go round for `length`.
///
/// # Errors
/// When an answer was wrong, or two have held it at once.
pub async fn run(target: &Target, length: Duration) -> Result<HandOffs> {
    let mut tasks = JoinSet::new();
    let phase = Phase::default();
    for number in 0..WAITERS {
        let client = Client::open(target, number).await?;
        tasks.spawn(take_turns(client, phase.clone()));
    }
    let window = load::watch(target, length, &phase).await?;
    let mut turns = load::collect(tasks).await?;
    turns.sort_unstable_by_key(|turn| turn.begin);

    let mut lengths = Vec::new();
    let mut after_answer = Vec::new();
    for pair in turns.windows(2) {
        let (last, next) = (pair[0], pair[1]);
        ensure!(
            last.end <= next.begin,
            "somebody has it who was told so before the last holder gave it back"
        );
        if next.counts {
            lengths.push(next.begin - last.end);
            after_answer.push(next.begin.saturating_duration_since(last.answered));
        }
    }
    lengths.sort_unstable();
    after_answer.sort_unstable();
    let count = f64::from(u32::try_from(lengths.len())?);
    ensure!(count > 0.0, "a round without one hand-off");
    Ok(HandOffs {
        rate: count / window.elapsed.as_secs_f64(),
        p50: percentile(&lengths, 500),
        p99: percentile(&lengths, 990),
        after_answer_p99: percentile(&after_answer, 990),
        flushes: window.flushes.context("the server counts its flushes")? / count,
    })
}

/// Waits and releases until the round is over. Everybody who waits by then still gets its turn, so nothing stays held.
async fn take_turns(mut client: Client, phase: Phase) -> Result<Vec<Turn>> {
    let mut turns = Vec::new();
    loop {
        client.ask_for(format_args!("{RESOURCE}"), WAIT_SECONDS)?;
        client.take().await?;
        let begin = clock::now();
        let counts = phase.counts();
        client.give_back(format_args!("{RESOURCE}"))?;
        let end = clock::now();
        client.given_back().await?;
        turns.push(Turn {
            begin,
            end,
            answered: clock::now(),
            counts: counts == Some(true),
        });
        if counts.is_none() {
            return Ok(turns);
        }
    }
}
