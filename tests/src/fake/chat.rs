//! A chat's own server.

use super::server::FakeServer;
use super::{Reply, Request, open, shop, slack, telegram, whatsapp};
use crate::Chat;

/// A chat's own server: it answers as the chat documents, also to requests that
/// are wrong, and records them all.
#[derive(Debug, Clone)]
pub struct FakeChat {
    server: FakeServer,
    base: &'static str,
}

impl FakeChat {
    /// Starts one on a free port.
    pub fn start(chat: Chat) -> Self {
        Self { server: FakeServer::start(usual(chat)), base: Self::base(chat) }
    }

    /// Starts the chat of a shop's site on a free port; see [`crate::shop`].
    pub fn shop() -> Self {
        Self { server: FakeServer::start(shop::answer), base: "/shop" }
    }

    /// The URL for its channels.
    pub fn url(&self) -> String {
        format!("{}{}", self.server.url(), self.base)
    }

    /// The path below which its calls are.
    pub fn base(chat: Chat) -> &'static str {
        match chat {
            Chat::Open => "/hook",
            Chat::Telegram => "",
            Chat::Whatsapp => "/v25.0",
            Chat::Slack => "/api",
        }
    }

    /// Lets a rule answer before the documented answer; it is given the number of
    /// the request too, from 1.
    pub fn rule(&self, rule: impl Fn(&Request, u64) -> Option<Reply> + Send + Sync + 'static) {
        self.server.rule(rule);
    }

    /// Answers as documented again.
    pub fn no_rule(&self) {
        self.server.no_rule();
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// All requests, as soon as there are so many.
    pub async fn requests_of(&self, count: usize) -> Vec<Request> {
        self.server.requests_when(|requests| requests.len() >= count).await
    }

    /// All requests, as soon as so many were taken (answered with 2xx).
    pub async fn taken(&self, count: usize) -> Vec<Request> {
        let is_taken = |request: &&Request| (200..300).contains(&request.reply.status);
        let requests =
            self.server.requests_when(|all| all.iter().filter(is_taken).count() >= count).await;
        requests.iter().filter(is_taken).cloned().collect()
    }
}

fn usual(chat: Chat) -> fn(&Request, u64) -> Reply {
    match chat {
        Chat::Open => open::answer,
        Chat::Telegram => telegram::answer,
        Chat::Whatsapp => whatsapp::answer,
        Chat::Slack => slack::answer,
    }
}
