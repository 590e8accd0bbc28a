//! Floods of HTTP/2: more than a caller can mean.

use eclusa_tests::{Chat, Eclusa, Setup};

use super::open;
use super::raw::Raw;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `GET /` of `x`, in HPACK.
const REQUEST: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

fn opening() -> Vec<u8> {
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(SETTINGS, 0, 0, b"")].concat()
}

/// The flood ends with its connection, and nobody else feels it.
async fn ends(eclusa: &Eclusa, mut flood: impl Iterator<Item = Vec<u8>>) {
    let channel = open(eclusa).await;
    let mut caller = Raw::connect(eclusa).await;
    caller.send(opening()).await;
    while let Some(bytes) = flood.next()
        && caller.send(bytes).await
    {}
    caller.closed().await;
    let body = Chat::Open.text_request("1", "Oi");
    eclusa.chat_posts(Chat::Open, &channel, &body).await.ok();
}

/// CVE-2023-44487.
#[tokio::test]
async fn requests_that_are_taken_back_at_once_end_the_connection() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let cancelled = 8_u32.to_be_bytes();
    let burst: Vec<u8> = (0..1000)
        .map(|number| 2 * number + 1)
        .flat_map(|stream| {
            let request = frame(HEADERS, END_STREAM | END_HEADERS, stream, REQUEST);
            [request, frame(RST_STREAM, 0, stream, &cancelled)].concat()
        })
        .collect();
    ends(&eclusa, [burst].into_iter()).await;
}

/// CVE-2024-27316.
#[tokio::test]
async fn a_head_without_an_end_ends_the_connection() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let begin = frame(HEADERS, END_STREAM, 1, REQUEST);
    // A header `a: b` that is not to be remembered, 100 times.
    let more = frame(CONTINUATION, 0, 1, &[0x00, 0x01, b'a', 0x01, b'b'].repeat(100));
    ends(&eclusa, [begin].into_iter().chain(std::iter::repeat(more))).await;
}

#[tokio::test]
async fn a_head_in_pieces_without_a_byte_ends_the_connection() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let begin = frame(HEADERS, END_STREAM, 1, REQUEST);
    let empty = frame(CONTINUATION, 0, 1, b"").repeat(100);
    ends(&eclusa, [begin].into_iter().chain(std::iter::repeat(empty))).await;
}

/// Data for streams that never were: each is an error of its own, or of all.
#[tokio::test]
async fn frames_for_what_never_was_end_the_connection() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    ends(&eclusa, std::iter::repeat(frame(0, 0, 7, b"x"))).await;
}
