//! HTTP/1.1 over one connection that is kept, with as little work as can be,
//! since the load shares the processors with what it measures.

use anyhow::Context as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A chat's request.
#[derive(Debug)]
pub(crate) struct Call {
    /// Where to.
    pub(crate) path: String,
    /// A further header with its line end, or nothing.
    pub(crate) header: &'static str,
    /// JSON.
    pub(crate) body: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

/// A connection, made when it is first used, and made again after an error.
#[derive(Debug)]
pub(crate) struct Connection {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    /// A connection to this address.
    pub(crate) fn new(address: &str) -> Self {
        let address = address.to_owned();
        Self { address, stream: None, buffer: Vec::with_capacity(4096) }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn post(&mut self, call: &Call) -> anyhow::Result<Answer<'_>> {
        // Gone for good where this is left early: what is left of an answer must
        // not be taken for the next one.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        let Call { path, header, body } = call;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n{header}content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let head = read(&mut stream, &mut self.buffer).await?;
        self.stream = Some(stream);
        let body = self.buffer.get(head.end..head.end + head.length).unwrap_or_default();
        Ok(Answer { status: head.status, body })
    }
}

/// What the first lines of an answer say.
struct Head {
    status: u16,
    /// Where the body begins.
    end: usize,
    /// Length of the body.
    length: usize,
}

/// Reads one answer, which must have a content length.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<Head> {
    buffer.clear();
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "the server closed the connection");
    };
    let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    let status = status.with_context(|| format!("the answer is {head}"))?.parse()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.context("no content-length")?.parse()?;
    while buffer.len() < end + length {
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "the answer was cut off");
    }
    Ok(Head { status, end, length })
}
