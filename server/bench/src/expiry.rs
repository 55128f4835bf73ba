//! How soon an expiry is announced: to somebody who waits for what expires.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    client::{checked, text_after},
    clock,
    http::Connection,
    load,
    target::Target,
};

const RESERVATIONS: u32 = 100;

/// Between two deadlines, so that each needs an announcement of its own.
const APART: Duration = Duration::from_millis(17);

/// How long after its deadline each reservation was somebody else's, as that one was told, shortest first. One
/// millisecond of it may be rounding.
///
/// # Errors
/// When an answer was wrong.
pub async fn run(target: &Target) -> Result<Vec<Duration>> {
    let mut tasks = JoinSet::new();
    for number in 0..RESERVATIONS {
        let target = target.clone();
        tasks.spawn(async move {
            sleep(APART * number).await;
            one(&target, number).await.map(|late| vec![late])
        });
    }
    let mut late = load::collect(tasks).await?;
    late.sort_unstable();
    Ok(late)
}

async fn one(target: &Target, number: u32) -> Result<Duration> {
    let mut connection = Connection::open(target.address).await?;
    let item = |who: &str, more: &str| {
        format!(r#"[{{"requester":"{who}","resource":"expires-{number}",{more}}}]"#)
    };
    let body = item("first", r#""ttlSeconds":1"#);
    let answer = connection
        .post(target, "/Reservation/reserve", &body)
        .await?;
    let text = checked(answer.status, answer.body, r#""status":"ACQUIRED""#)?;
    let deadline = text_after(text, r#""expiresAt":""#).context("no expiresAt")?;
    let deadline = humantime::parse_rfc3339(deadline)?;

    let body = item("second", r#""ttlSeconds":1,"waitSeconds":10"#);
    let answer = connection
        .post(target, "/Reservation/reserve", &body)
        .await?;
    checked(answer.status, answer.body, r#""status":"ACQUIRED""#)?;
    clock::time_of_day()
        .duration_since(deadline)
        .context("it was granted before the deadline of the one that had it")
}
