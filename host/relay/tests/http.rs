//! The HTTP client against servers that behave badly, over real sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Redirect;
use axum::routing::{any, get};
use eclusa_relay::{Guard, HttpClient, HttpConfig, HttpErrorKind, OutgoingRequest, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const MAX_BYTES: usize = 64 << 10;

fn client() -> HttpClient {
    HttpClient::new(&HttpConfig { max_response_bytes: MAX_BYTES, ..config() }).unwrap()
}

/// Gives up soon: for servers that never answer.
fn impatient() -> HttpClient {
    HttpClient::new(&HttpConfig { total_timeout: Duration::from_millis(300), ..config() }).unwrap()
}

/// Goes to this machine, and to public addresses without encryption.
fn config() -> HttpConfig {
    let guard = Guard::new(["127.0.0.0/8".parse().unwrap()], true);
    HttpConfig { guard, ..HttpConfig::default() }
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Answers each connection with the same bytes, and ends it or holds it.
async fn serve_bytes(bytes: &'static [u8], hold: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(bytes).await;
                if hold {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    address
}

fn request(method: &str, address: SocketAddr, path: &str) -> OutgoingRequest {
    let url = format!("http://{address}{path}");
    OutgoingRequest::new(method, &url, HeaderMap::new(), None).unwrap()
}

async fn fetch(address: SocketAddr) -> Response {
    client().send(request("GET", address, "/")).await.unwrap()
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let router =
        Router::new().route(
            "/echo",
            any(
                |method: axum::http::Method,
                 uri: axum::http::Uri,
                 headers: HeaderMap,
                 body: String| async move {
                    let header = |name: &str| {
                        headers
                            .get(name)
                            .map(|value| value.to_str().unwrap().to_owned())
                            .unwrap_or_default()
                    };
                    let extra = [("x-answer", "1"), ("content-type", "text/plain")];
                    let accepts = headers.contains_key(header::ACCEPT_ENCODING);
                    let text = format!(
                        "{method} {uri} {} {} {accepts} {body}",
                        header("user-agent"),
                        header("x-key")
                    );
                    (StatusCode::CREATED, extra, text)
                },
            ),
        );
    let address = serve(router).await;
    let mut headers = HeaderMap::new();
    headers.insert("x-key", "v".parse().unwrap());
    let url = format!("http://{address}/echo?a=b%20c");
    let request = OutgoingRequest::new("PUT", &url, headers, Some("héllo".to_owned())).unwrap();
    let Response { response, cut } = client().send(request).await.unwrap();
    let agent = concat!("Eclusa/", env!("CARGO_PKG_VERSION"));
    assert_eq!(response.status, 201);
    assert_eq!(response.header("x-answer"), Some("1"));
    assert_eq!(response.body, format!("PUT /echo?a=b%20c {agent} v false héllo"));
    assert!(!cut);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let visits = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&visits);
    let router =
        Router::new().route("/", get(|| async { Redirect::temporary("/elsewhere") })).route(
            "/elsewhere",
            get(move || async move {
                counted.fetch_add(1, Ordering::SeqCst);
            }),
        );
    let response = fetch(serve(router).await).await.response;
    assert_eq!(response.status, 307);
    assert_eq!(response.header("location"), Some("/elsewhere"));
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let router = Router::new().route(
        "/",
        get(|headers: HeaderMap| async move {
            let came = headers.contains_key(header::COOKIE).to_string();
            ([(header::SET_COOKIE, "session=1")], came)
        }),
    );
    let address = serve(router).await;
    let client = client();
    for _ in 0..2 {
        let response = client.send(request("GET", address, "/")).await.unwrap().response;
        assert_eq!(response.body, "false");
    }
}

#[tokio::test]
async fn large_bodies_are_cut() {
    let router = Router::new()
        .route("/exact", get(|| async { "é".repeat(MAX_BYTES / 2) }))
        .route("/large", get(|| async { format!("a{}", "é".repeat(MAX_BYTES)) }));
    let address = serve(router).await;
    let client = client();
    let exact = client.send(request("GET", address, "/exact")).await.unwrap();
    assert_eq!((exact.response.body.len(), exact.cut), (MAX_BYTES, false));
    let large = client.send(request("GET", address, "/large")).await.unwrap();
    // The last character does not fit as a whole.
    assert_eq!((large.response.body.len(), large.cut), (MAX_BYTES - 1, true));
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let mut more =
            socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        while more.is_ok() {
            more = socket.write_all(b"8\r\nxxxxxxxx\r\n").await;
        }
    });
    let response = fetch(address).await;
    assert!(response.cut);
    assert_eq!(response.response.body, "x".repeat(MAX_BYTES));
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let router = Router::new()
        .route("/", get(|| async { ([(header::CONTENT_ENCODING, "gzip")], &b"\x1f\x8b\x08"[..]) }));
    let response = fetch(serve(router).await).await.response;
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert_eq!(response.body, "\x1f\u{fffd}\x08");
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let silent = serve_bytes(b"", true).await;
    let error = impatient().send(request("POST", silent, "/")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (HttpErrorKind::Timeout, None));
    assert!(error.problem().retryable);
}

#[tokio::test]
async fn the_timeout_counts_the_body_too() {
    let slow = serve_bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", true).await;
    let error = impatient().send(request("POST", slow, "/")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (HttpErrorKind::Timeout, Some(200)));
}

/// Sends the beginning, then the same bytes over and over, each by itself, until
/// nobody takes them.
async fn serve_without_end(beginning: &'static [u8], more: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let mut sent = socket.write_all(beginning).await;
        while sent.is_ok() {
            sent = socket.write_all(more).await;
            // So that a slow trickle is one, and the client gets its turn.
            tokio::task::yield_now().await;
        }
    });
    address
}

/// Each of them goes on for ever without being silent, so only the total time or
/// the size can end it.
#[tokio::test]
async fn responses_without_end_come_to_one() {
    for (beginning, more) in [
        // One header that does not end, and headers that do not.
        (&b"HTTP/1.1 200 OK\r\nx: "[..], &b"x"[..]),
        (b"HTTP/1.1 200 OK\r\n", b"x-more: x\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
        (b"", b"\r\n"),
        // Chunks: an extension, a size, and trailers without end.
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", b"x"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
    ] {
        let address = serve_without_end(beginning, more).await;
        let error = impatient().send(request("POST", address, "/")).await.unwrap_err();
        let expected = [HttpErrorKind::Timeout, HttpErrorKind::ResponseBroken];
        let shown = String::from_utf8_lossy(more).into_owned();
        assert!(expected.contains(&error.kind), "{shown:?}: {error}");
        assert!(error.problem().retryable);
    }
}

/// A byte now and then keeps no connection beyond the total time.
#[tokio::test]
async fn a_body_that_trickles_ends_in_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        let mut sent = socket.write_all(head).await;
        let mut pause = tokio::time::interval(Duration::from_millis(20));
        while sent.is_ok() {
            pause.tick().await;
            sent = socket.write_all(b"x").await;
        }
    });
    let error = impatient().send(request("POST", address, "/")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (HttpErrorKind::Timeout, Some(200)));
}

#[tokio::test]
async fn broken_responses_are_told() {
    let cut_off = serve_bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", false).await;
    let error = client().send(request("POST", cut_off, "/")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (HttpErrorKind::ResponseBroken, Some(200)));
    for nonsense in [&b"220 smtp.example ESMTP\r\n"[..], b"HTTP/1.1 9 \r\n\r\n", b"\0\0\0\0", b""] {
        let address = serve_bytes(nonsense, false).await;
        let error = client().send(request("POST", address, "/")).await.unwrap_err();
        assert_eq!((error.kind, error.status), (HttpErrorKind::ResponseBroken, None));
        assert!(error.problem().retryable);
    }
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client().send(request("GET", address, "/s3cret")).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::ConnectFailed);
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn no_such_host() {
    // `.invalid` is reserved: no resolver may know a name in it.
    let request =
        OutgoingRequest::new("GET", "http://chat.invalid/s3cret", HeaderMap::new(), None).unwrap();
    let error = client().send(request).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::DnsFailed, "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn tls_with_a_server_that_speaks_none() {
    let address = serve_bytes(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", true).await;
    let url = format!("https://{address}/");
    let request = OutgoingRequest::new("GET", &url, HeaderMap::new(), None).unwrap();
    let error = client().send(request).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::TlsFailed, "{error}");
}
