//! A chat that is not there.

use std::net::SocketAddr;

use tokio::net::TcpSocket;

use crate::Chat;
use crate::fake::FakeChat;

/// An address that refuses connections, and nobody else can take.
#[derive(Debug)]
pub struct Unreachable {
    _socket: TcpSocket,
    address: SocketAddr,
}

impl Unreachable {
    /// Takes a free port without listening on it.
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let address = socket.local_addr().expect("an address");
        Self { _socket: socket, address }
    }

    /// The URL for a channel of a chat.
    pub fn url(&self, chat: Chat) -> String {
        format!("http://{}{}", self.address, FakeChat::base(chat))
    }
}

impl Default for Unreachable {
    fn default() -> Self {
        Self::new()
    }
}
