//! The server's counters, in Prometheus' text format.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};

use crate::http::Connection;

/// A counter's value now, all its labels added up.
///
/// # Errors
/// When the page cannot be read or does not have the counter.
pub async fn read(address: SocketAddr, name: &str) -> Result<f64> {
    let mut connection = Connection::open(address).await?;
    let response = connection.get("/metrics").await.context("/metrics")?;
    ensure!(
        response.status == 200,
        "/metrics answered {}",
        response.status
    );
    let page = str::from_utf8(response.body).context("/metrics is not text")?;
    counter(page, name).with_context(|| format!("/metrics does not have {name}"))
}

/// Adds up the samples of one name; `None` if there is none.
fn counter(page: &str, name: &str) -> Option<f64> {
    page.lines()
        .filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let values = if rest.starts_with('{') {
                // A label's value may contain a brace, a sample's value cannot.
                rest.rsplit_once('}')?.1
            } else {
                // A space, or it is a longer name.
                rest.strip_prefix(' ')?
            };
            values.split_whitespace().next()?.parse::<f64>().ok()
        })
        .reduce(|sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# HELP commits_total Durable commits.\n\
        # TYPE commits_total counter\n\
        commits_total 41\n\
        commits_total_seconds 9\n\
        by_kind{kind=\"a} b\"} 1.5 1700000000000\n\
        by_kind{kind=\"c\"} 2\n";

    fn near(left: Option<f64>, right: f64) -> bool {
        left.is_some_and(|left| (left - right).abs() < 1e-9)
    }

    #[test]
    fn a_counter_is_found_by_its_whole_name() {
        assert!(near(counter(PAGE, "commits_total"), 41.0));
        assert_eq!(counter(PAGE, "commits"), None);
    }

    #[test]
    fn samples_with_labels_are_added_up() {
        assert!(near(counter(PAGE, "by_kind"), 3.5));
    }
}
