//! A DNS and a machine of our own.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use eclusa_relay::{Guard, HttpClient, HttpConfig, HttpError, OutgoingRequest, Resolver};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A DNS in the hands of somebody else: one answer after another, the last one
/// for ever. It counts the questions.
pub(crate) struct Dns {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    questions: AtomicUsize,
}

impl Dns {
    pub(crate) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().map(parsed).collect();
        Arc::new(Self { answers: Mutex::new(answers), questions: AtomicUsize::new(0) })
    }

    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolver for Dns {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        answer.ok_or_else(|| io::Error::other("no such name"))
    }
}

/// Counts who connects, and answers each request with 204.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Target {
    pub(crate) async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _ = socket.read(&mut request).await;
                    // Closed after it, so that each request makes its own.
                    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                    let _ = socket.write_all(answer).await;
                });
            }
        });
        Self { address, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

pub(crate) fn guard(allow: &[&str], plain_http: bool) -> Guard {
    Guard::new(allow.iter().map(|network| network.parse().unwrap()), plain_http)
}

pub(crate) fn client(guard: Guard, dns: &Arc<Dns>) -> HttpClient {
    let config =
        HttpConfig { guard, total_timeout: Duration::from_secs(30), ..HttpConfig::default() };
    HttpClient::with_resolver(&config, Arc::clone(dns) as Arc<dyn Resolver>).unwrap()
}

pub(crate) async fn get(client: &HttpClient, url: &str) -> Result<u16, HttpError> {
    let request = OutgoingRequest::new("GET", url, HeaderMap::new(), None)?;
    Ok(client.send(request).await?.response.status)
}
