//! A response's body, which keeps its request under way until it is taken.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use super::activity::UnderWay;

/// Largest piece in which a body is handed out, in bytes: a frame of HTTP/2. What
/// a caller takes is noted by pieces.
const PIECE: usize = 16 << 10;

/// A response's body. It is handed out in pieces, and its request is under way
/// until the last of them has left for the socket: HTTP/2 keeps for a caller what
/// that caller does not let it send.
pub(super) struct Answer {
    body: Body,
    /// What of a frame was not handed out yet.
    rest: Bytes,
    under_way: Arc<UnderWay>,
}

impl Answer {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        under_way.taking().began();
        Self { body, rest: Bytes::new(), under_way: Arc::new(under_way) }
    }

    fn piece(&mut self) -> Bytes {
        let bytes = self.rest.split_to(self.rest.len().min(PIECE));
        self.under_way.taking().handed_out();
        Bytes::from_owner(Piece { bytes, under_way: Arc::clone(&self.under_way) })
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        while self.rest.is_empty() {
            let polled = Pin::new(&mut self.body).poll_frame(cx);
            if polled.is_pending() {
                self.under_way.taking().waits_for_us();
            }
            match ready!(polled) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(self.piece()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

/// A piece that was handed out. Whoever sends it drops it once it is sent.
struct Piece {
    bytes: Bytes,
    under_way: Arc<UnderWay>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.under_way.taking().taken();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use http_body_util::BodyExt;
    use tokio::sync::mpsc;

    use super::*;
    use crate::incoming::activity::{Activity, Patience, Verdict};

    const PATIENCE: Patience = Patience {
        idle: Duration::from_secs(100),
        head: Duration::from_secs(100),
        write: Duration::from_secs(30),
    };

    fn answer(body: Body) -> (Arc<Activity>, Answer) {
        let activity = Arc::new(Activity::new());
        let answer = Answer::new(body, activity.begin());
        (activity, answer)
    }

    async fn stalled_after(activity: &Activity, seconds: u64) -> bool {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        activity.verdict(PATIENCE) == Verdict::Stalled
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_stays_the_same_in_pieces() {
        let text: Vec<u8> = (0..100_000_u32).map(|it| it as u8).collect();
        let (activity, mut answer) = answer(Body::from(text.clone()));
        let mut read = Vec::new();
        loop {
            assert_eq!(answer.size_hint().exact(), Some((text.len() - read.len()) as u64));
            let Some(frame) = answer.frame().await else { break };
            let data = frame.unwrap().into_data().unwrap();
            assert!(data.len() <= PIECE);
            read.extend_from_slice(&data);
        }
        assert_eq!(read, text);
        assert!(answer.is_end_stream());
        drop(answer);
        assert!(!activity.is_under_way());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_under_way_until_its_last_piece_is_sent() {
        let (activity, mut answer) = answer(Body::from("a whole answer"));
        let piece = answer.frame().await.unwrap().unwrap();
        assert!(answer.is_end_stream());
        drop(answer);
        assert!(!stalled_after(&activity, 29).await);
        assert!(stalled_after(&activity, 1).await);
        drop(piece);
        assert!(!activity.is_under_way());
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_piece_by_piece_is_waited_for_and_who_stops_is_not() {
        let (activity, mut answer) = answer(Body::from(vec![b' '; 10 * PIECE]));
        for _ in 0..5 {
            assert!(!stalled_after(&activity, 29).await);
            let piece = answer.frame().await.unwrap();
            assert!(!stalled_after(&activity, 29).await);
            drop(piece);
        }
        assert!(stalled_after(&activity, 30).await);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_blamed_for_what_the_host_does_not_have_yet() {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Bytes>();
        let frames = std::future::poll_fn(move |cx| receiver.poll_recv(cx));
        let (activity, mut answer) = answer(Body::new(Late(Box::pin(frames))));
        let poll = async |answer: &mut Answer| {
            tokio::time::timeout(Duration::ZERO, answer.frame()).await.ok().flatten()
        };
        assert!(poll(&mut answer).await.is_none());
        assert!(!stalled_after(&activity, 600).await);
        sender.send(Bytes::from_static(b"late")).unwrap();
        let piece = poll(&mut answer).await.unwrap();
        assert!(stalled_after(&activity, 30).await, "now there is something to take");
        drop(piece);
        assert!(!stalled_after(&activity, 29).await);
    }

    /// A body of one frame, which comes late.
    struct Late(Pin<Box<dyn Future<Output = Option<Bytes>> + Send>>);

    impl HttpBody for Late {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.as_mut().poll(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
        }
    }
}
