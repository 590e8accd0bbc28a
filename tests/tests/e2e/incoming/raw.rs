//! A connection on which anything can be sent.

use std::fmt::Write;
use std::time::Duration;

use eclusa_tests::{Channel, Chat, DEADLINE, Eclusa};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection on which anything can be sent.
pub(super) struct Raw {
    socket: TcpStream,
    read: Vec<u8>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// In lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn code(&self) -> String {
        let document: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        document["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Raw {
    pub(super) async fn connect(eclusa: &Eclusa) -> Self {
        Self::try_connect(eclusa.url()).await.expect("a connection")
    }

    /// `None` where nobody listens any more.
    pub(super) async fn try_connect(url: &str) -> Option<Self> {
        let address = url.strip_prefix("http://").expect("a URL");
        let socket = TcpStream::connect(address).await.ok()?;
        Some(Self { socket, read: Vec::new() })
    }

    /// Sends, as far as the other side takes it.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.socket.write_all(bytes.as_ref()).await.is_ok()
    }

    /// The next answer; `None` where the connection ends before.
    pub(super) async fn reply(&mut self) -> Option<Reply> {
        loop {
            if let Some(reply) = self.take_reply() {
                return Some(reply);
            }
            if !self.read_more().await {
                return None;
            }
        }
    }

    /// All answers until the other side closes the connection.
    pub(super) async fn replies(mut self) -> Vec<Reply> {
        let mut replies = Vec::new();
        while let Some(reply) = self.reply().await {
            replies.push(reply);
        }
        replies
    }

    /// Waits until the other side closes the connection.
    pub(super) async fn closed(mut self) {
        while self.read_more().await {}
    }

    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 8192];
        let reading = tokio::time::timeout(DEADLINE, self.socket.read(&mut buffer));
        match reading.await.expect("an answer or an end") {
            Ok(count @ 1..) => {
                self.read.extend_from_slice(&buffer[..count]);
                true
            }
            _ => false,
        }
    }

    fn take_reply(&mut self) -> Option<Reply> {
        let text = String::from_utf8_lossy(&self.read).into_owned();
        let (head, rest) = text.split_once("\r\n\r\n")?;
        let head = head.to_lowercase();
        let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("a length"));
        let body = rest.get(..length)?.to_owned();
        self.read.drain(..head.len() + 4 + length);
        Some(Reply { status, head, body })
    }
}

/// The head of a chat's request with these further headers.
pub(super) fn head(channel: &Channel, headers: &[(&str, &str)]) -> String {
    let mut head = format!("POST {} HTTP/1.1\r\nhost: x\r\n", channel.ingress);
    for (name, value) in Chat::Open.sign(b"") {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    head + "\r\n"
}

/// A chat's whole request.
pub(super) fn request(channel: &Channel, external_id: &str) -> String {
    let body = Chat::Open.text_request(external_id, "Oi");
    head(channel, &[("content-length", &body.len().to_string())]) + &body
}

/// Between two bytes of somebody slow.
pub(super) async fn dawdle() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
