//! Pages of the list.

use std::fmt;

use anyhow::{Context, Result, ensure};

use super::{Pair, micros};
use crate::{
    client::{checked, text_after},
    clock,
    http::Connection,
    stats::percentile,
    target::Target,
};

/// Pages read of each kind.
const TIMES: usize = 3_000;

const LIMIT: usize = 100;

/// Cursors to pages of a hundred. The first has none.
pub struct Pages {
    middle: String,
    last: String,
}

/// Which page.
#[derive(Clone, Copy)]
pub enum Place {
    First,
    Middle,
    Last,
}

impl Place {
    pub const ALL: [Self; 3] = [Self::First, Self::Middle, Self::Last];

    fn path(self, pages: &Pages) -> String {
        let cursor = match self {
            Self::First => return format!("/Reservation?limit={LIMIT}"),
            Self::Middle => &pages.middle,
            Self::Last => &pages.last,
        };
        format!("/Reservation?limit={LIMIT}&cursor={cursor}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Middle => "middle",
            Self::Last => "last",
        })
    }
}

/// Reads the whole list once.
///
/// # Errors
/// When it does not have so many.
pub async fn walk(target: &Target, reservations: u32) -> Result<Pages> {
    let mut connection = Connection::open(target.address).await?;
    // Pages of a thousand to get through, of a hundred at the end, so that the last one is whole.
    let mut found = 0;
    let mut pages = Pages {
        middle: String::new(),
        last: String::new(),
    };
    let mut next = Some(String::new());
    let all = reservations as usize;
    while let Some(cursor) = next {
        let limit = if all - found > 1_000 { 1_000 } else { LIMIT };
        if found <= all / 2 {
            pages.middle.clone_from(&cursor);
        }
        pages.last.clone_from(&cursor);
        let and = if cursor.is_empty() { "" } else { "&cursor=" };
        let path = format!("/Reservation?limit={limit}{and}{cursor}");
        let answer = connection.read(target, &path).await?;
        let text = checked(answer.status, answer.body, r#""reservations":["#)?;
        found += text.matches(r#""fencingToken":"#).count();
        next = text_after(text, r#""nextCursor":""#).map(str::to_owned);
    }
    ensure!(found == all, "{found} of {all} are listed");
    Ok(pages)
}

/// The median page of each, one after the other in turns, in microseconds.
///
/// # Errors
/// When a page is not whole.
pub async fn compare(targets: [&Target; 2], pages: [&Pages; 2], place: Place) -> Result<Pair> {
    let mut connections = Vec::new();
    for target in targets {
        connections.push(Connection::open(target.address).await?);
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        for (index, connection) in connections.iter_mut().enumerate() {
            let path = place.path(pages[index]);
            let begin = clock::now();
            let answer = connection.read(targets[index], &path).await?;
            times[index].push(begin.elapsed());
            let text = checked(answer.status, answer.body, r#""reservations":["#)?;
            let rows = text.matches(r#""fencingToken":"#).count();
            ensure!(rows == LIMIT, "{rows} rows on the {place} page");
        }
    }
    let [few, many] = times.map(|mut times| {
        times.sort_unstable();
        micros(percentile(&times, 500))
    });
    (few > 0.0)
        .then(|| Pair {
            few,
            many,
            ratio: many / few,
        })
        .context("no time at all")
}
