//! The reference: an axum handler that maps in plain Rust, with nothing around
//! it: no sandbox, no signature, no journal.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use eclusa_adapter_sdk::Adapter as _;
use eclusa_adapter_sdk::testing::TestHost;
use eclusa_adapter_telegram::Telegram;

/// Serves until the process is ended; prints the address first.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("ready: http://{}", listener.local_addr()?);
        axum::serve(listener, Router::new().route("/in/{key}", post(take))).await?;
        Ok(())
    })
}

async fn take(body: String) -> Response {
    static MAPPED: AtomicU64 = AtomicU64::new(0);
    let host = TestHost::default();
    let request = eclusa_adapter_sdk::testing::post(&body);
    match Telegram::receive(&host.context(), &request) {
        Ok(received) => {
            let number = MAPPED.fetch_add(1, Ordering::Relaxed);
            let events = received.events.len();
            let answer =
                format!(r#"{{"messages":[{{"id":"{number}","external_id":"{events}"}}]}}"#);
            ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
        }
        Err(problem) => (StatusCode::BAD_REQUEST, problem.to_string()).into_response(),
    }
}
