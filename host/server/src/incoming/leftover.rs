//! What callers still send when they get their answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, oneshot};

/// So much is read that nobody wants: a little more than the largest file of an
/// adapter. None of it is held.
const MOST: usize = 65 << 20;

/// For so long.
const LONGEST: Duration = Duration::from_secs(5);

/// Of so many requests at once; the others get their answer without it.
const AT_ONCE: usize = 64;

/// How many bodies may be read that nobody wants.
#[derive(Clone)]
pub(crate) struct Leftovers(Arc<Semaphore>);

impl Leftovers {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Reads the rest of a request whose answer did not need it, e.g. a refusal: a
/// caller who is still sending would see a broken connection instead of the
/// answer.
pub(crate) async fn read_leftover(
    State(Leftovers(places)): State<Leftovers>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who asks before sending has nothing to read yet.
    let asks = request.headers().contains_key(header::EXPECT);
    let (back, mut returned) = oneshot::channel();
    let request =
        request.map(|body| Body::new(Lent { body: Some(body), touched: !asks, back: Some(back) }));
    let response = next.run(request).await;
    if let Ok(body) = returned.try_recv()
        && let Ok(_place) = places.try_acquire()
    {
        // Who is slower than that is not waited for.
        let _ = tokio::time::timeout(LONGEST, discard(body)).await;
    }
    response
}

async fn discard(mut body: Body) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST {
            return;
        }
    }
}

/// A body that is given back where it is dropped before its end.
struct Lent {
    /// None where it has come to its end.
    body: Option<Body>,
    /// The caller sends, or has been told to.
    touched: bool,
    back: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.touched = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (true, Some(body), Some(back)) = (self.touched, self.body.take(), self.back.take()) {
            // It comes back unless nobody waits for it any more.
            let _ = back.send(body);
        }
    }
}
