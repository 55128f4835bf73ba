//! One open event stream.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{clock, target::Target};

/// Before the number of an event.
const NAMED: &[u8] = b"\"resource\":\"event-";

/// A connection with an event stream on it.
pub struct Listener {
    stream: TcpStream,
    incoming: Vec<u8>,
}

/// Something that came.
pub enum Heard {
    /// An event about the resource `event-NUMBER`.
    Event(usize),
    /// That the key has ended.
    Revoked,
}

impl Listener {
    /// Connects, and waits until the server has said where the stream begins.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(target: &Target) -> Result<Self> {
        let mut stream = TcpStream::connect(target.address).await?;
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost:{}\r\nX-Api-Key: {}\r\n\r\n",
            target.address.port(),
            target.api_key
        );
        stream.write_all(request.as_bytes()).await?;
        let mut opening = [0; 2048];
        let mut length = 0;
        while !contains(&opening[..length], b"\nid: ") {
            let read = stream.read(&mut opening[length..]).await?;
            ensure!(read > 0, "a stream ended before it had begun");
            length += read;
        }
        let opening = String::from_utf8_lossy(&opening[..length]).into_owned();
        ensure!(opening.starts_with("HTTP/1.1 200"), "refused: {opening}");
        // A client that waits needs no buffer of its own: ten thousand of them share this machine with the server.
        Ok(Self {
            stream,
            incoming: Vec::new(),
        })
    }

    /// What comes next, and when it came.
    ///
    /// # Errors
    /// When the stream ends without a word.
    pub async fn hear(&mut self) -> Result<(Heard, Instant)> {
        loop {
            if let Some(heard) = self.take() {
                return Ok((heard, clock::now()));
            }
            self.incoming.reserve(4096);
            if self.stream.read_buf(&mut self.incoming).await? == 0 {
                bail!("a stream ended");
            }
        }
    }

    /// The connection's end, after the last word.
    ///
    /// # Errors
    /// When more comes.
    pub async fn ended(&mut self) -> Result<Instant> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await?;
        ensure!(!contains(&rest, b"event:"), "more after the end");
        Ok(clock::now())
    }

    /// The next frame that says something, if it is here.
    fn take(&mut self) -> Option<Heard> {
        loop {
            let end = find(&self.incoming, b"\n\n")? + 2;
            let frame: Vec<u8> = self.incoming.drain(..end).collect();
            if contains(&frame, b"event: CREDENTIAL_REVOKED") {
                return Some(Heard::Revoked);
            }
            if let Some(at) = find(&frame, NAMED) {
                let digits = frame[at + NAMED.len()..].iter();
                let digits = digits.take_while(|byte| byte.is_ascii_digit());
                let number =
                    digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
                return Some(Heard::Event(number));
            }
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}
