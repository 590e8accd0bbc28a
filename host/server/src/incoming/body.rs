//! Bodies that come in: each has a time to arrive in, and that of a chat or of a form
//! has a size and room in memory.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Instant, Sleep};

use super::admission::Admitted;
use crate::problem::ApiProblem;

/// How long a body may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// In all, before its speed counts.
    pub(super) total: Duration,
    /// Each of so many bytes that have come gives one second more.
    pub(super) bytes_per_second: u64,
    /// Between two pieces.
    pub(super) pause: Duration,
}

/// How [`BodyLate`] reads.
pub(crate) const BODY_LATE: &str = "the body did not arrive in time";

/// A body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("{BODY_LATE}")]
pub(super) struct BodyLate;

/// A body that fails with [`BodyLate`] where it comes too slowly. Only time that
/// somebody waits for it counts.
pub(super) struct Timed<B> {
    body: B,
    pace: Pace,
    bytes: u64,
    began: Option<Instant>,
    /// While it is waited for.
    waiting: bool,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<B> Timed<B> {
    pub(super) fn new(body: B, pace: Pace) -> Self {
        Self { body, pace, bytes: 0, began: None, waiting: false, deadline: None }
    }

    /// Whether the time is over; asked while nothing comes.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.waiting {
            self.waiting = true;
            let now = Instant::now();
            let earned = Duration::from_secs(self.bytes / self.pace.bytes_per_second.max(1));
            let began = *self.began.get_or_insert(now);
            let end = (began + self.pace.total + earned).min(now + self.pace.pause);
            match &mut self.deadline {
                Some(deadline) => deadline.as_mut().reset(end),
                None => self.deadline = Some(Box::pin(tokio::time::sleep_until(end))),
            }
        }
        match &mut self.deadline {
            Some(deadline) => deadline.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<B> HttpBody for Timed<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.waiting = false;
                if let Some(Ok(frame)) = &frame {
                    self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => self.poll_late(cx).map(|()| Some(Err(BodyLate.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads a body of at most so many bytes, and takes room for it.
pub(crate) async fn read_body(
    mut body: Body,
    limit: usize,
    admitted: &mut Admitted,
) -> Result<Bytes, ApiProblem> {
    let announced = body.size_hint();
    let exact = announced.exact().map(|exact| usize::try_from(exact).unwrap_or(usize::MAX));
    if let Some(exact) = exact {
        if exact > limit {
            return Err(too_large(limit, admitted));
        }
        admitted.check(exact)?;
    }
    let mut first: Option<Bytes> = None;
    let mut rest: Vec<u8> = Vec::new();
    let mut length: usize = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| incomplete(&error, admitted))?;
        // Trailers are of no use.
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit {
            return Err(too_large(limit, admitted));
        }
        admitted.take(data.len())?;
        // Most bodies come in one piece, which is not copied.
        match first.take() {
            None if rest.is_empty() => first = Some(data),
            None => rest.extend_from_slice(&data),
            Some(begin) => {
                rest.reserve(exact.unwrap_or(length));
                rest.extend_from_slice(&begin);
                rest.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| rest.into()))
}

fn too_large(limit: usize, admitted: &Admitted) -> ApiProblem {
    ApiProblem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the body is larger than {limit} bytes"),
    )
    .action(admitted.too_large())
}

fn incomplete(error: &axum::Error, admitted: &Admitted) -> ApiProblem {
    if is_late(error) {
        admitted.late();
        return ApiProblem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", BODY_LATE)
            .action("Send the request again, faster.")
            .retryable();
    }
    ApiProblem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "the body broke off, or its encoding is broken",
    )
    .action("Send the request again.")
}

fn is_late(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<BodyLate>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const PACE: Pace = Pace {
        total: Duration::from_secs(30),
        bytes_per_second: 10,
        pause: Duration::from_secs(10),
    };

    /// Comes in pieces, one every so many seconds.
    struct Pieces {
        left: usize,
        bytes: usize,
        every: Duration,
        next: Pin<Box<Sleep>>,
    }

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            std::task::ready!(self.next.as_mut().poll(cx));
            self.left -= 1;
            let next = Instant::now() + self.every;
            self.next.as_mut().reset(next);
            Poll::Ready(Some(Ok(Frame::data(vec![b' '; self.bytes].into()))))
        }
    }

    /// How many pieces arrive, in time or not.
    async fn arrived(left: usize, bytes: usize, every: u64) -> Result<usize, usize> {
        let every = Duration::from_secs(every);
        let pieces = Pieces { left, bytes, every, next: Box::pin(tokio::time::sleep(every)) };
        let mut body = Timed::new(pieces, PACE);
        let mut arrived = 0;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(_) => arrived += 1,
                Err(error) => {
                    assert!(is_late(&*error), "{error}");
                    return Err(arrived);
                }
            }
        }
        Ok(arrived)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_fast_enough_may_be_long() {
        assert_eq!(arrived(100, 10, 1).await, Ok(100));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_dribbles_in_is_given_up() {
        // 30 seconds, and one more for each 10 bytes.
        assert_eq!(arrived(100, 1, 1).await, Err(33));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_stops_is_given_up_soon() {
        assert_eq!(arrived(3, 1000, 11).await, Err(0));
    }
}
