//! HTTP/2, where a caller says how much it lets the server send.

use bytes::Bytes;
use eclusa_tests::{Chat, DEADLINE, Eclusa, Setup};
use h2::client::{Builder, SendRequest};
use http::{Method, Request};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::refused;

const SOON: &str = "[incoming]\nwrite_ms = 300";

/// A connection of a caller who takes so many bytes of each answer, and no more.
struct Caller {
    requests: SendRequest<Bytes>,
    pings: h2::PingPong,
    /// It ends with the connection.
    connection: JoinHandle<Result<(), h2::Error>>,
}

impl Caller {
    async fn connect(eclusa: &Eclusa, window: u32) -> Self {
        let address = eclusa.url().strip_prefix("http://").unwrap();
        let socket = TcpStream::connect(address).await.unwrap();
        let mut builder = Builder::new();
        builder.initial_window_size(window);
        let (requests, mut connection) = builder.handshake(socket).await.unwrap();
        let pings = connection.ping_pong().unwrap();
        Self { requests, pings, connection: tokio::spawn(connection) }
    }

    /// Asks, and returns the answer, of whose body nothing was taken.
    async fn ask(&mut self, method: Method, url: String) -> Option<http::Response<h2::RecvStream>> {
        let request = Request::builder().method(method).uri(url).body(()).unwrap();
        let mut requests = self.requests.clone().ready().await.ok()?;
        let (answer, _) = requests.send_request(request, true).ok()?;
        tokio::time::timeout(DEADLINE, answer).await.expect("an answer or an end").ok()
    }

    /// Does something as long as the connection is there.
    async fn until_closed(&mut self, act: impl AsyncFn(&mut Self) -> bool) {
        let busy = async { while act(self).await {} };
        tokio::time::timeout(DEADLINE, busy).await.expect("the connection is closed");
        assert!(self.connection.is_finished() || (&mut self.connection).await.is_ok());
    }
}

#[tokio::test]
async fn who_opens_no_window_is_given_up_though_it_pings() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let mut caller = Caller::connect(&eclusa, 0).await;
    let answer = caller.ask(Method::GET, format!("{}/openapi.json", eclusa.url())).await.unwrap();
    assert_eq!(answer.status(), 200);
    caller.until_closed(async |caller| caller.pings.ping(h2::Ping::opaque()).await.is_ok()).await;
    assert_eq!(refused(&eclusa, "write_timeout").await, 1);
}

/// The host is done with such an answer, but the library keeps it for the caller.
#[tokio::test]
async fn who_takes_one_byte_of_a_short_answer_is_given_up_though_it_goes_on_asking() {
    let eclusa = Setup::with(&[Chat::Open]).config(SOON).start();
    let mut caller = Caller::connect(&eclusa, 1).await;
    let url = format!("{}/livez", eclusa.url());
    let _never_read = caller.ask(Method::GET, url.clone()).await.unwrap();
    caller.until_closed(async |caller| caller.ask(Method::HEAD, url.clone()).await.is_some()).await;
    assert_eq!(refused(&eclusa, "write_timeout").await, 1);
}

#[tokio::test]
async fn who_waits_for_an_answer_that_takes_its_time_is_not_given_up() {
    let eclusa = Setup::with(&[Chat::Open]).config("[incoming]\nwrite_ms = 100").start();
    let mut caller = Caller::connect(&eclusa, 65_535).await;
    let request = Request::builder()
        .uri(format!("{}/v1/events?wait=1", eclusa.url()))
        .header("authorization", format!("Bearer {}", eclusa.token()))
        .body(())
        .unwrap();
    let (answer, _) = caller.requests.send_request(request, true).unwrap();
    let mut answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = answer.body_mut().data().await.unwrap().unwrap();
    assert!(body.starts_with(b"{"), "{body:?}");
    assert_eq!(refused(&eclusa, "write_timeout").await, 0);
}
