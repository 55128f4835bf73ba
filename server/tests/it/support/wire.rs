//! HTTP/1.1 over a real connection, as plain as it gets: nothing is retried, pooled or followed behind a test's back.

use std::{
    fmt::Write as _,
    io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// Longer than anything that the server is given time for.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Connection(BufReader<TcpStream>);

/// An answer that arrived whole.
pub struct Reply {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {:?}", self.body))
    }
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        Self::open_with(address, PATIENCE)
    }

    /// The same for a client that waits only so long for an answer.
    pub fn open_with(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request with a key and waits for the answer. An error means that nobody knows what became of it.
    pub fn call(&mut self, method: &str, path: &str, key: &str, body: &str) -> io::Result<Reply> {
        self.send(
            method,
            path,
            &[("x-api-key", key), ("content-type", "application/json")],
            body,
        )
    }

    /// The same with any headers.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Reply> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in headers {
            // Writing into a String cannot fail.
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
        self.write(request.as_bytes())?;
        self.read()
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    pub fn read(&mut self) -> io::Result<Reply> {
        let head = self.head()?;
        let malformed = || io::Error::new(ErrorKind::InvalidData, head.clone());
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|text| text.parse().ok());
        let body = match length {
            Some(length) => self.exactly(length)?,
            None if head.contains("transfer-encoding: chunked") => self.chunks()?,
            None if head.starts_with("HTTP/1.1 100") => Vec::new(),
            None => return Err(malformed()),
        };
        Ok(Reply {
            status: status.ok_or_else(malformed)?,
            body: String::from_utf8_lossy(&body).into_owned(),
            head,
        })
    }

    /// The status line and the headers of an answer.
    pub fn head(&mut self) -> io::Result<String> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(head)
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(body);
            }
            body.extend(chunk);
        }
    }

    /// The next piece of a body that comes in chunks; nothing at its end.
    pub fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let length = usize::from_str_radix(line.trim_end(), 16)
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, line))?;
        let chunk = self.exactly(length)?;
        self.exactly(2)?;
        Ok(chunk)
    }

    /// Whatever still comes before the server closes the connection.
    pub fn read_to_end(&mut self) -> io::Result<String> {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest)?;
        Ok(rest)
    }
}
