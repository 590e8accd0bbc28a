//! A connection's socket: tells what comes, and does not wait for ever for a
//! caller who takes nothing.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::activity::Activity;

/// How a connection of HTTP/2 begins.
const HTTP2: &[u8] = b"PRI";

/// A connection's socket.
pub(super) struct Watched<S> {
    socket: S,
    activity: Arc<Activity>,
    /// How much of [`HTTP2`] has come; `None` when it is known.
    opening: Option<usize>,
    write_time: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    pub(super) fn new(socket: S, activity: Arc<Activity>, write_time: Duration) -> Self {
        Self { socket, activity, opening: Some(0), write_time, stalled: None }
    }

    fn came(&mut self, bytes: &[u8]) {
        if let Some(known) = self.opening {
            let expected = HTTP2.get(known..).unwrap_or_default();
            let same = bytes.iter().zip(expected).all(|(came, expected)| came == expected);
            let known = known + bytes.len();
            self.opening = (same && known < HTTP2.len()).then_some(known);
            if same && known >= HTTP2.len() {
                self.activity.is_http2();
            }
        }
        if !bytes.is_empty() {
            self.activity.bytes_came();
        }
    }

    /// Gives up where nothing was taken for too long.
    fn taken<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let time = self.write_time;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        ready!(stalled.as_mut().poll(cx));
        let late = io::Error::new(io::ErrorKind::TimedOut, "the caller takes none of its answer");
        Poll::Ready(Err(late))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        self.came(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.taken(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.taken(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::incoming::activity::{Patience, Verdict};

    const PATIENCE: Patience = Patience {
        idle: Duration::from_secs(100),
        head: Duration::from_secs(1),
        write: Duration::from_secs(100),
    };

    async fn verdict_after(pieces: &[&str]) -> Verdict {
        let (mut caller, socket) = tokio::io::duplex(64);
        let activity = Arc::new(Activity::new());
        let mut watched = Watched::new(socket, Arc::clone(&activity), Duration::from_secs(1));
        for piece in pieces {
            caller.write_all(piece.as_bytes()).await.unwrap();
            let mut read = vec![0; piece.len()];
            watched.read_exact(&mut read).await.unwrap();
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        activity.verdict(PATIENCE)
    }

    #[tokio::test(start_paused = true)]
    async fn http2_is_told_from_a_head_that_begins_like_it() {
        for head in [&["P", "OST"][..], &["PR", "OPFIND"], &["GET"], &["P", "R", "X"]] {
            assert_eq!(verdict_after(head).await, Verdict::HeadLate, "{head:?}");
        }
        for head in [&["PRI * HTTP/2.0"][..], &["P", "RI * "], &["P", "R", "I"]] {
            assert!(matches!(verdict_after(head).await, Verdict::Wait(_)), "{head:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up_and_who_takes_slowly_is_not() {
        let (mut caller, socket) = tokio::io::duplex(8);
        let mut watched = Watched::new(socket, Arc::new(Activity::new()), Duration::from_secs(10));
        let taking = tokio::spawn(async move {
            let mut taken = [0; 8];
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                caller.read_exact(&mut taken).await.unwrap();
            }
            caller
        });
        watched.write_all(&[b' '; 48]).await.unwrap();
        let _caller = taking.await.unwrap();
        let error = watched.write_all(b"more").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
