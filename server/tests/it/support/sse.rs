//! Server-sent events, read as they come.

use std::{io, net::SocketAddr};

use axum::{body::Body, response::Response};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::Connection;

/// What stands between two empty lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub id: Option<u64>,
    pub event: String,
    pub data: String,
    pub comment: String,
    pub retry: Option<u64>,
}

impl Frame {
    fn read(text: &str) -> Self {
        let mut frame = Self::default();
        for line in text.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => frame.comment = value,
                "id" => frame.id = Some(value.parse().expect("a revision")),
                "event" => frame.event = value,
                "data" => frame.data = value,
                "retry" => frame.retry = Some(value.parse().expect("milliseconds")),
                _ => panic!("an unknown field: {line:?}"),
            }
        }
        frame
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

/// Takes bytes, gives frames.
#[derive(Default)]
pub struct Frames(String);

impl Frames {
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push_str(std::str::from_utf8(bytes).expect("text"));
    }

    pub fn pop(&mut self) -> Option<Frame> {
        let end = self.0.find("\n\n")?;
        let frame = Frame::read(&self.0[..end]);
        self.0.drain(..end + 2);
        Some(frame)
    }
}

/// A stream over a real connection.
pub struct WireStream {
    connection: Connection,
    frames: Frames,
}

impl WireStream {
    pub fn open(address: SocketAddr, key: &str, last_id: u64) -> io::Result<Self> {
        let mut connection = Connection::open(address)?;
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nlast-event-id: {last_id}\r\n\r\n"
        );
        connection.write(request.as_bytes())?;
        let head = connection.head()?;
        if !head.starts_with("HTTP/1.1 200") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, head));
        }
        Ok(Self {
            connection,
            frames: Frames::default(),
        })
    }

    /// The next frame; `None` at the end.
    pub fn frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.frames.pop() {
                return Ok(Some(frame));
            }
            let chunk = self.connection.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            self.frames.push(&chunk);
        }
    }
}

/// A stream of a server within the process. Nothing of it is read before it is asked for.
pub struct EventStream {
    body: Body,
    frames: Frames,
}

impl EventStream {
    pub fn of(response: Response<Body>) -> Self {
        assert_eq!(response.status(), 200);
        Self {
            body: response.into_body(),
            frames: Frames::default(),
        }
    }

    /// The next frame, whatever it is; `None` at the end.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.frames.pop() {
                return Some(frame);
            }
            let data = self.body.frame().await?.expect("it does not break");
            self.frames.push(&data.into_data().expect("data"));
        }
    }

    /// The next frame that has a name.
    pub async fn event(&mut self) -> Option<Frame> {
        loop {
            let frame = self.frame().await?;
            if !frame.event.is_empty() {
                return Some(frame);
            }
        }
    }

    /// The ids of the next events.
    pub async fn ids(&mut self, number: usize) -> Vec<u64> {
        let mut ids = Vec::new();
        while ids.len() < number {
            let event = self.event().await.expect("an event");
            ids.push(event.id.unwrap_or_else(|| panic!("{event:?}")));
        }
        ids
    }
}
