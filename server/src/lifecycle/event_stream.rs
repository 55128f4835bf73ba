//! Event streams without what a connection needs to read and answer requests.
//!
//! hyper keeps two buffers of eight KiB for as long as an answer lasts. Of most answers that is a moment; an event stream
//! lasts for days, and most of the time says nothing. So hyper writes the head, and then the socket and the rest of the
//! answer leave it: from there on it is chunks on a socket (RFC 9112, section 7.1), and the connection ends with them.

use std::{
    io::{self, Write as _},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http::{HeaderValue, Method, Version, header};
use http_body_util::BodyExt as _;
use hyper::{
    body::Frame,
    rt::{Read, ReadBufCursor, Write},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The head is still hyper's to write.
const HEAD: u8 = 0;
/// The head is in hyper's buffer.
const BUFFERED: u8 = 1;
/// The head is in the socket's, and hyper has nothing left to write.
const WRITTEN: u8 = 2;

/// Bytes that a client may send while it listens: a few requests sent ahead.
const MOST_IGNORED: usize = 16 * 1024;

/// The way of an event stream out of a connection.
#[derive(Default)]
pub(super) struct Exit {
    progress: AtomicU8,
    rest: Mutex<Option<Body>>,
}

impl Exit {
    /// Keeps back what comes after the head of an event stream. Every other answer stays as it is, and so does one to a
    /// client too old for chunks.
    pub(super) fn divert(
        self: &Arc<Self>,
        method: &Method,
        version: Version,
        answer: Response,
    ) -> Response {
        let is_stream = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        if !is_stream || method != Method::GET || version != Version::HTTP_11 {
            return answer;
        }
        let (mut head, rest) = answer.into_parts();
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        // It ends with the stream, so that the client sees the end at once.
        head.headers
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        Response::from_parts(head, Body::new(Withheld(Arc::clone(self))))
    }

    /// What comes after the head, once that is written.
    pub(super) fn take(&self) -> Option<Body> {
        if self.progress.load(Ordering::Relaxed) != WRITTEN {
            return None;
        }
        self.rest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn advance(&self, from: u8, to: u8) {
        // Only the connection's own task comes here.
        let _ = self
            .progress
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// In the place of a body that is kept back: of unknown length, so hyper announces chunks, and never there.
struct Withheld(Arc<Exit>);

impl HttpBody for Withheld {
    type Data = Bytes;
    type Error = axum::Error;

    /// hyper asks for a body when it has put the head into its buffer.
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.0.advance(HEAD, BUFFERED);
        Poll::Pending
    }
}

/// A socket that sees when hyper has written all it had.
pub(super) struct Socket {
    io: TokioIo<TcpStream>,
    exit: Arc<Exit>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, exit: Arc<Exit>) -> Self {
        Self {
            io: TokioIo::new(stream),
            exit,
        }
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.io.into_inner()
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl Write for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }

    /// hyper flushes when its own buffer is empty.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.exit.advance(BUFFERED, WRITTEN);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Sends the rest of an event stream, until it or its client ends.
///
/// # Errors
/// When the client is gone, or the stream ends before its end; then the last chunk is not sent, and the client knows.
pub(super) async fn send(mut stream: TcpStream, mut rest: Body) -> io::Result<()> {
    let (mut from, mut to) = stream.split();
    let listening = listening(&mut from);
    let mut listening = std::pin::pin!(listening);
    loop {
        let frame = tokio::select! {
            frame = rest.frame() => frame,
            gone = listening.as_mut() => return gone,
        };
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else {
            continue;
        };
        // A chunk of nothing would be the last one.
        if !data.is_empty() {
            to.write_all(&chunk(&data)?).await?;
        }
    }
    to.write_all(b"0\r\n\r\n").await?;
    to.shutdown().await
}

fn chunk(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(data.len() + 20);
    write!(chunk, "{:x}\r\n", data.len())?;
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(b"\r\n");
    Ok(chunk)
}

/// Ends when the client does. It was told that the connection is closed after this answer, so what it sends is nothing;
/// somebody who sends much of it does not listen.
async fn listening(from: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<()> {
    let mut ignored = 0;
    while ignored < MOST_IGNORED {
        let mut nothing = [0; 64];
        match from.read(&mut nothing).await? {
            0 => return Ok(()),
            more => ignored += more,
        }
    }
    Err(io::Error::other("the client talks instead of listening"))
}
