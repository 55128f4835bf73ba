//! Makes reservations by the hundred.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use crate::{client::checked, http::Connection, load, target::Target};

/// As many as one request may have.
const BATCH: u32 = 100;

/// Requests under way at once.
const CONNECTIONS: u32 = 8;

/// Reserves so many names for a year. They sort before and behind those that cycles use.
///
/// # Errors
/// When one of them cannot be had.
pub async fn fill(target: &Target, reservations: u32) -> Result<()> {
    ensure!(
        reservations.is_multiple_of(BATCH),
        "reservations are made by the hundred"
    );
    let mut tasks = JoinSet::new();
    for first in 0..CONNECTIONS {
        let target = target.clone();
        tasks.spawn(async move {
            let batches = (first..reservations / BATCH).step_by(CONNECTIONS as usize);
            some(&target, batches).await.map(|()| Vec::<()>::new())
        });
    }
    load::join(tasks).await?;
    Ok(())
}

async fn some(target: &Target, batches: impl Iterator<Item = u32>) -> Result<()> {
    let mut connection = Connection::open(target.address).await?;
    for batch in batches {
        let mut body = String::from("[");
        for number in batch * BATCH..(batch + 1) * BATCH {
            let separator = if body.len() > 1 { "," } else { "" };
            // Multiplying spreads them over the table, as names of many users are.
            let name = u64::from(number) * 0x9e37_79b1 % 0x1_0000_0000;
            write!(
                body,
                r#"{separator}{{"requester":"user-{number}","resource":"{name:08x}/build/main","ttlSeconds":31000000}}"#
            )?;
        }
        body.push(']');
        let answer = connection
            .post(target, "/Reservation/reserve", &body)
            .await?;
        let text = checked(answer.status, answer.body, r#""status":"ACQUIRED""#)?;
        ensure!(
            text.matches(r#""status":"ACQUIRED""#).count() == BATCH as usize,
            "not all of a hundred were acquired"
        );
    }
    Ok(())
}
