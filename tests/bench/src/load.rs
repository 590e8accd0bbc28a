//! Load over real connections: HTTP/1.1 with keep-alive, one thread, as little
//! work as can be, since it shares the processors with what it measures.

use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::payload::{SECRET, body};

/// Where the load goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) path: String,
}

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) length: Duration,
    /// Requests per second over all connections; without it, as many as go.
    pub(crate) rate: Option<f64>,
    /// Number of the first request, so that no two runs send the same one.
    pub(crate) first: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Requests that were answered with 200, per second.
    pub(crate) per_second: f64,
    /// Latencies in milliseconds, in ascending order.
    latencies: Vec<f64>,
    /// How many requests were sent.
    pub(crate) sent: u64,
}

impl Outcome {
    /// The latency that so large a part of the requests stayed below.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.latencies.get(index).copied().unwrap_or(f64::NAN)
    }
}

impl Load {
    /// Sends it.
    pub(crate) async fn run(self, target: &Target) -> anyhow::Result<Outcome> {
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for connection in 0..self.connections {
            tasks.spawn(self.connection(connection as u64, target.clone(), start));
        }
        let mut outcome = Outcome::default();
        while let Some(latencies) = tasks.join_next().await {
            outcome.latencies.extend(latencies??);
        }
        outcome.sent = outcome.latencies.len() as u64;
        outcome.per_second = outcome.sent as f64 / start.elapsed().as_secs_f64();
        outcome.latencies.sort_by(f64::total_cmp);
        Ok(outcome)
    }

    async fn connection(
        self,
        index: u64,
        target: Target,
        start: Instant,
    ) -> anyhow::Result<Vec<f64>> {
        let mut stream = TcpStream::connect(&target.address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nx-telegram-bot-api-secret-token: {SECRET}\r\ncontent-length: ",
            target.path, target.address
        );
        let connections = self.connections as u64;
        let pause = self.rate.map(|rate| Duration::from_secs_f64(connections as f64 / rate));
        let (mut latencies, mut buffer) = (Vec::new(), Vec::with_capacity(4096));
        for round in 0_u64.. {
            // With a rate, time counts from when a request was due, not from when
            // the connection was free: waiting for a slow answer is latency too.
            let due = match pause {
                Some(pause) => {
                    let offset = pause.mul_f64(index as f64 / connections as f64);
                    let due = start + offset + pause.mul_f64(round as f64);
                    tokio::time::sleep_until(due).await;
                    due
                }
                None => Instant::now(),
            };
            if start.elapsed() >= self.length {
                break;
            }
            let body = body(self.first + round * connections + index);
            let request = format!("{head}{}\r\n\r\n{body}", body.len());
            stream.write_all(request.as_bytes()).await?;
            answer(&mut stream, &mut buffer).await?;
            latencies.push(due.elapsed().as_secs_f64() * 1e3);
        }
        Ok(latencies)
    }
}

/// Reads one answer, which must be a 200 with a content length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<()> {
    buffer.clear();
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "the server closed the connection");
    };
    let head = std::str::from_utf8(buffer.get(..head_end).unwrap_or_default())?;
    anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "the answer is {head}");
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .context("no content-length")?
        .parse()?;
    while buffer.len() < head_end + length {
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "the answer was cut off");
    }
    Ok(())
}
