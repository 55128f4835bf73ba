//! As little HTTP/1.1 as a benchmark needs, so that the client costs as little as possible of the shared machine: one
//! request at a time, answers with `Content-Length` only.

use std::{io::Write, net::SocketAddr};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::target::Target;

/// An answer; its body borrows the connection's buffer.
pub struct Response<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    incoming: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        // A request is one write; waiting to fill a packet would only add delay.
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            incoming: Vec::with_capacity(4096),
        })
    }

    /// Sends a whole request and waits for the whole answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not understood. The connection is of no use then.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.stream.write_all(request).await?;
        self.incoming.clear();
        let head = loop {
            let read = self.stream.read_buf(&mut self.incoming).await?;
            ensure!(read > 0, "the server closed the connection");
            if let Some(head) = parse(&self.incoming)?
                && self.incoming.len() >= head.length + head.body_length
            {
                break head;
            }
        };
        let end = head.length + head.body_length;
        ensure!(self.incoming.len() == end, "more bytes than one answer");
        Ok(Response {
            status: head.status,
            body: &self.incoming[head.length..end],
        })
    }

    /// A GET without credentials.
    ///
    /// # Errors
    /// As [`Connection::exchange`].
    pub async fn get(&mut self, path: &str) -> Result<Response<'_>> {
        let mut request = Vec::new();
        write!(request, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        self.exchange(&request).await
    }

    /// A GET of the API.
    ///
    /// # Errors
    /// As [`Connection::exchange`].
    pub async fn read(&mut self, target: &Target, path: &str) -> Result<Response<'_>> {
        self.call(target, "GET", path, "").await
    }

    /// A POST of JSON to the API.
    ///
    /// # Errors
    /// As [`Connection::exchange`].
    pub async fn post(&mut self, target: &Target, path: &str, body: &str) -> Result<Response<'_>> {
        self.call(target, "POST", path, body).await
    }

    async fn call(
        &mut self,
        target: &Target,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<Response<'_>> {
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost:{}\r\nX-Api-Key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            target.address.port(),
            target.api_key,
            body.len()
        );
        self.exchange(request.as_bytes()).await
    }
}

#[derive(Debug, PartialEq)]
struct Head {
    status: u16,
    /// Of the head with its empty line, in bytes.
    length: usize,
    body_length: usize,
}

/// Reads the head of an answer; `None` while it is incomplete.
fn parse(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = str::from_utf8(&bytes[..end]).context("the head is not text")?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .with_context(|| format!("not an HTTP/1.1 status line: {first}"))?;
    for line in lines {
        let (name, value) = line.split_once(':').context("a header without a colon")?;
        if name.eq_ignore_ascii_case("content-length") {
            let body_length = value.trim().parse().context("Content-Length")?;
            return Ok(Some(Head {
                status,
                length: end + 4,
                body_length,
            }));
        }
    }
    bail!("an answer without Content-Length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_head_gives_status_and_lengths() {
        let bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 2\r\n\r\nok";
        let head = parse(bytes).expect("understood").expect("complete");
        assert_eq!(head.status, 200);
        assert_eq!(head.body_length, 2);
        assert_eq!(&bytes[head.length..], b"ok");
    }

    #[test]
    fn a_head_that_has_not_arrived_whole_is_waited_for() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(parse(&whole[..end]).expect("no error"), None);
        }
        assert!(parse(whole).expect("understood").is_some());
    }

    #[test]
    fn an_answer_without_content_length_is_an_error() {
        let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        assert!(parse(bytes).is_err());
    }

    #[test]
    fn something_else_than_http_is_an_error() {
        assert!(parse(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 2x0 OK\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
