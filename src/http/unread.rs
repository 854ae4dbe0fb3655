//! A request that is answered before its body was read. A connection that is closed on unread bytes is reset, and the
//! answer may be lost with it: the sender then learns that a pipe is broken, and not why it was refused.

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures::StreamExt;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

/// How much of what nobody wanted is read and thrown away.
const MAX_UNREAD_BYTES: usize = 64 << 20;
/// How long the sender may take for it.
const UNREAD_WAIT: Duration = Duration::from_secs(2);

/// A body that comes back when the handler is done with it.
struct Lent(Arc<Mutex<Lending>>);

struct Lending {
    body: Body,
    /// Whether any of it was asked for. Who sent `Expect: 100-continue` sends nothing before that.
    asked: bool,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut lending = self.0.lock();
        lending.asked = true;
        Pin::new(&mut lending.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().body.size_hint()
    }
}

/// Reads what the handler left of the body, within limits, before its answer is sent.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let waits = head.headers.contains_key(header::EXPECT);
    let lending = Arc::new(Mutex::new(Lending { body, asked: false }));
    let lent = Body::new(Lent(lending.clone()));
    let mut response = next.run(Request::from_parts(head, lent)).await;
    // An answer that streams reads on while it is being sent, and has the body still.
    let Some(lending) = Arc::into_inner(lending) else { return response };
    let Lending { body, asked } = lending.into_inner();
    let ended = (asked || !waits) && ends(body).await;
    if !ended {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Throws the rest of a body away; whether it came to its end.
async fn ends(body: Body) -> bool {
    let mut chunks = body.into_data_stream();
    let mut left = MAX_UNREAD_BYTES;
    let reading = async {
        while let Some(chunk) = chunks.next().await {
            let rest = chunk.ok().and_then(|chunk| left.checked_sub(chunk.len()));
            let Some(rest) = rest else { return false };
            left = rest;
        }
        true
    };
    tokio::time::timeout(UNREAD_WAIT, reading).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::StatusCode, middleware, routing::post};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tower::ServiceExt;

    /// Answers a request of so many chunks by a handler that reads none of them; how many were read, and the answer.
    async fn refused(chunks: usize, bytes: usize, expect: bool) -> (usize, Response) {
        let read = Arc::new(AtomicUsize::new(0));
        let count = read.clone();
        let body = futures::stream::iter(0..chunks).map(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b'x'; bytes])
        });
        let router =
            Router::new().route("/", post(|| async { StatusCode::FORBIDDEN })).layer(middleware::from_fn(finish));
        let mut request = Request::post("/").body(Body::from_stream(body)).unwrap();
        if expect {
            request.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
        }
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        (read.load(Ordering::Relaxed), response)
    }

    #[tokio::test]
    async fn what_a_handler_left_is_read_to_its_end_and_the_connection_goes_on() {
        let (read, response) = refused(100, 1_000, false).await;
        assert_eq!(read, 100);
        assert!(!response.headers().contains_key(header::CONNECTION));
    }

    #[tokio::test]
    async fn a_body_without_end_is_read_up_to_the_limit_and_the_connection_closed() {
        let (read, response) = refused(usize::MAX, 1 << 20, false).await;
        assert_eq!(read, MAX_UNREAD_BYTES / (1 << 20) + 1);
        assert_eq!(response.headers()[header::CONNECTION], "close");
    }

    #[tokio::test]
    async fn who_waits_to_be_asked_for_a_body_is_not_asked() {
        let (read, response) = refused(100, 1_000, true).await;
        assert_eq!(read, 0);
        assert_eq!(response.headers()[header::CONNECTION], "close");
    }
}
