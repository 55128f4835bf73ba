//! HTTP to providers: short, small, to the address that was meant.

use std::{sync::Arc, time::Duration};

use coop_engine::Time;
use reqwest::{Client, ClientBuilder, redirect};
use tokio::sync::Mutex;
use url::{Host, Url};

use crate::clock::SharedClock;

const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(5);
/// The largest document that is read, in bytes.
const LARGEST: usize = 64 * 1024;
/// How long a document counts as fresh, in microseconds: 10 minutes.
const FRESH: i64 = 10 * 60 * 1_000_000;
/// How long one that cannot be renewed is still used, in microseconds: 24 hours.
const STALE: i64 = 24 * 3600 * 1_000_000;
/// Nobody makes us ask again sooner than this, in microseconds: 30 seconds.
const COOL_DOWN: i64 = 30 * 1_000_000;

/// Why a document could not be had. For the log.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or none in time.
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    /// The answer is longer than anything we asked for.
    #[error("the answer is longer than {LARGEST} bytes")]
    TooLarge,
    /// Not a success.
    #[error("the answer is {0}")]
    Status(http::StatusCode),
    /// Not what was asked for.
    #[error("{0}")]
    Malformed(String),
    /// Asked a moment ago, without success.
    #[error("it failed a moment ago and is not tried again yet")]
    CoolingDown,
}

/// A client that follows no redirect and uses no proxy: what was configured is what is asked.
///
/// # Panics
/// When TLS cannot be set up, at start.
#[must_use]
pub fn client() -> Client {
    builder().build().expect("a client with the built-in TLS")
}

/// The limits of every client.
pub fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
}

/// Whether tokens and secrets may travel to this address: TLS, or this very machine.
#[must_use]
pub fn is_safe(url: &Url) -> bool {
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && on_this_machine))
}

/// Sends a request and reads its answer, if it is small.
///
/// # Errors
/// [`FetchError`] without an answer. An answer that is no success is not one.
pub async fn send(
    client: Client,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, FetchError> {
    let mut response = client.execute(request.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    Ok(answer)
}

/// A document at an address, kept for a while. Those who need it at once share one fetch.
pub struct Document<T> {
    client: Client,
    url: Url,
    clock: SharedClock,
    parse: fn(&[u8]) -> Result<T, String>,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    value: Option<(Arc<T>, Time)>,
    asked_at: Option<Time>,
}

impl<T> Document<T> {
    /// Fetches nothing yet.
    pub fn new(
        client: Client,
        url: Url,
        clock: SharedClock,
        parse: fn(&[u8]) -> Result<T, String>,
    ) -> Self {
        Self {
            client,
            url,
            clock,
            parse,
            kept: Mutex::new(Kept {
                value: None,
                asked_at: None,
            }),
        }
    }

    /// The document, fresh where possible.
    ///
    /// # Errors
    /// [`FetchError`] when there is none that is less than a day old.
    pub async fn current(&self) -> Result<Arc<T>, FetchError> {
        self.get(|age| age < FRESH).await
    }

    /// A document younger than `than`, for somebody who misses something in that one; the same one when it was fetched
    /// only a moment ago.
    ///
    /// # Errors
    /// As [`Self::current`].
    pub async fn newer(&self, than: &Arc<T>) -> Result<Arc<T>, FetchError> {
        let mut kept = self.kept.lock().await;
        match &kept.value {
            Some((value, _)) if !Arc::ptr_eq(value, than) => Ok(Arc::clone(value)),
            _ => self.renew(&mut kept).await,
        }
    }

    async fn get(&self, is_good: impl Fn(i64) -> bool) -> Result<Arc<T>, FetchError> {
        // The lock is held while fetching: whoever comes meanwhile waits for that fetch and takes its result.
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((value, at)) = &kept.value
            && is_good(age(*at, now))
        {
            return Ok(Arc::clone(value));
        }
        self.renew(&mut kept).await
    }

    async fn renew(&self, kept: &mut Kept<T>) -> Result<Arc<T>, FetchError> {
        let now = self.clock.now();
        let result = if kept.asked_at.is_some_and(|at| age(at, now) < COOL_DOWN) {
            Err(FetchError::CoolingDown)
        } else {
            kept.asked_at = Some(now);
            self.fetch().await
        };
        match result {
            Ok(value) => {
                let value = Arc::new(value);
                kept.value = Some((Arc::clone(&value), now));
                Ok(value)
            }
            Err(error) => match &kept.value {
                Some((value, at)) if age(*at, now) < STALE => {
                    // Whoever asks for what is not there could fill the log otherwise.
                    if !matches!(error, FetchError::CoolingDown) {
                        tracing::warn!(url = %self.url, %error, "an older document is used");
                    }
                    Ok(Arc::clone(value))
                }
                _ => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<T, FetchError> {
        let request = http::Request::get(self.url.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|e| FetchError::Malformed(e.to_string()))?;
        let answer = send(self.client.clone(), request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        (self.parse)(answer.body()).map_err(FetchError::Malformed)
    }
}

const fn age(at: Time, now: Time) -> i64 {
    now.as_micros().saturating_sub(at.as_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_travel_over_tls_or_not_at_all() {
        for (url, safe) in [
            ("https://accounts.example/token", true),
            ("http://accounts.example/token", false),
            ("http://127.0.0.1:9/token", true),
            ("http://localhost:9/token", true),
            ("http://localhost.evil.example/", false),
            ("https://user:password@accounts.example/", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_safe(&Url::parse(url).expect("a URL")), safe, "{url}");
        }
    }
}
