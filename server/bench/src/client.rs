//! One client: its connection, its resources, its checks.

use std::{fmt, io::Write};

use anyhow::{Context, Result, ensure};

use crate::{http::Connection, load::Cycles, target::Target};

/// How many resources a client uses in turn: more than one, so that a resource's neighbourhood in the database changes,
/// and few enough to be warm.
const RESOURCES: u32 = 64;

/// A client of the closed loop.
pub struct Client {
    connection: Connection,
    number: u32,
    turn: u32,
    reserve: Vec<u8>,
    unreserve: Vec<u8>,
    body: Vec<u8>,
    request: Vec<u8>,
    release_token: String,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn open(target: &Target, number: u32) -> Result<Self> {
        let head = |verb: &str| {
            format!(
                "POST /api/v1/Reservation/{verb} HTTP/1.1\r\nHost: localhost:{}\r\nX-Api-Key: {}\r\nContent-Type: application/json\r\nContent-Length: ",
                target.address.port(),
                target.api_key
            )
            .into_bytes()
        };
        Ok(Self {
            connection: Connection::open(target.address).await?,
            number,
            turn: 0,
            reserve: head("reserve"),
            unreserve: head("unreserve"),
            body: Vec::with_capacity(256),
            request: Vec::with_capacity(1024),
            release_token: String::new(),
        })
    }

    /// Prepares a request for a resource, for a minute, with so many seconds to wait for it.
    ///
    /// # Errors
    /// None that happens: it writes into memory.
    pub fn ask_for(&mut self, resource: fmt::Arguments<'_>, wait_seconds: u32) -> Result<()> {
        let number = self.number;
        self.body.clear();
        write!(
            self.body,
            r#"[{{"requester":"bench-{number}","resource":"{resource}","ttlSeconds":60"#
        )?;
        if wait_seconds > 0 {
            write!(self.body, r#","waitSeconds":{wait_seconds}"#)?;
        }
        self.body.extend_from_slice(b"}]");
        assemble(&mut self.request, &self.reserve, &self.body)
    }

    /// Sends what was prepared, and keeps the release token.
    ///
    /// # Errors
    /// When the connection breaks or it is not acquired.
    pub async fn take(&mut self) -> Result<()> {
        let answer = self.connection.exchange(&self.request).await?;
        let body = checked(answer.status, answer.body, r#""status":"ACQUIRED""#)?;
        let token = text_after(body, r#""releaseToken":""#).context("no releaseToken")?;
        self.release_token.clear();
        self.release_token.push_str(token);
        Ok(())
    }

    /// Prepares the release of what was taken last.
    ///
    /// # Errors
    /// None that happens: it writes into memory.
    pub fn give_back(&mut self, resource: fmt::Arguments<'_>) -> Result<()> {
        let (number, token) = (self.number, &self.release_token);
        self.body.clear();
        write!(
            self.body,
            r#"[{{"requester":"bench-{number}","resource":"{resource}","releaseToken":"{token}"}}]"#
        )?;
        assemble(&mut self.request, &self.unreserve, &self.body)
    }

    /// Sends what was prepared.
    ///
    /// # Errors
    /// When the connection breaks or it is not relinquished.
    pub async fn given_back(&mut self) -> Result<()> {
        let answer = self.connection.exchange(&self.request).await?;
        checked(answer.status, answer.body, r#""status":"RELINQUISHED""#)?;
        Ok(())
    }
}

impl Cycles for Client {
    async fn cycle(&mut self) -> Result<()> {
        let (number, resource) = (self.number, self.turn % RESOURCES);
        self.turn = self.turn.wrapping_add(1);
        self.ask_for(format_args!("bench-{number}-{resource}"), 0)?;
        self.take().await?;
        self.give_back(format_args!("bench-{number}-{resource}"))?;
        self.given_back().await
    }
}

fn assemble(request: &mut Vec<u8>, head: &[u8], body: &[u8]) -> Result<()> {
    request.clear();
    request.extend_from_slice(head);
    write!(request, "{}\r\n\r\n", body.len())?;
    request.extend_from_slice(body);
    Ok(())
}

/// The body as text, if the answer is 200 and says what it must.
///
/// # Errors
/// Otherwise, with the answer.
pub fn checked<'a>(status: u16, body: &'a [u8], expected: &str) -> Result<&'a str> {
    let text = str::from_utf8(body).context("the body is not text")?;
    ensure!(
        status == 200 && text.contains(expected),
        "expected 200 with {expected}, got {status}: {text}"
    );
    Ok(text)
}

/// The string that begins after `mark`. Enough for a token, in which nothing is escaped.
pub fn text_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    let (value, _) = rest.split_once('"')?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_error_that_shows_the_answer() {
        let body = br#"[{"status":"ALREADY_HELD"}]"#;
        let error = checked(200, body, r#""status":"ACQUIRED""#).expect_err("refused");
        assert!(error.to_string().contains("ALREADY_HELD"), "{error}");
        assert!(checked(503, br#"{"status":"ACQUIRED"}"#, r#""status":"ACQUIRED""#).is_err());
    }

    #[test]
    fn the_release_token_is_found_in_the_answer() {
        let body = r#"[{"status":"ACQUIRED","releaseToken":"abc-1","fencingToken":7}]"#;
        assert_eq!(text_after(body, r#""releaseToken":""#), Some("abc-1"));
        assert_eq!(
            text_after(r#"[{"releaseToken":null}]"#, r#""releaseToken":""#),
            None
        );
    }
}
