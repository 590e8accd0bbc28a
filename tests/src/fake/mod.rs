//! Chats and a platform on real sockets.

mod chat;
mod collector;
mod open;
mod platform;
mod server;
pub mod shop;
mod slack;
mod telegram;
mod unreachable;
mod whatsapp;

pub use chat::FakeChat;
pub use collector::{FakeCollector, TracedSpan};
pub use platform::{FakePlatform, is_of_attendance};
pub use server::{Reply, Request};
pub use unreachable::Unreachable;
