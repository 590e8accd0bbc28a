//! What a server is started with.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::artifacts::{adapter_file, hostile_file};
use crate::{Chat, Eclusa, FakePlatform};

/// What a server is started with: its adapters and its configuration.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(crate) adapters: Vec<(String, Adapter)>,
    pub(crate) tables: String,
    pub(crate) outgoing: String,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) log_filter: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Adapter {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            adapters: Vec::new(),
            tables: String::new(),
            // Where all fakes listen.
            outgoing: "allow = [\"127.0.0.0/8\"]".to_owned(),
            env: Vec::new(),
            log_filter: "info,eclusa=debug".to_owned(),
        }
    }
}

impl Setup {
    /// With the adapters of these chats.
    pub fn with(chats: &[Chat]) -> Self {
        chats.iter().fold(Self::default(), |setup, chat| {
            setup.file(chat.adapter(), &adapter_file(chat.adapter()))
        })
    }

    /// With a misbehaving adapter of `tests/hostile` too.
    #[must_use]
    pub fn hostile(self, name: &str) -> Self {
        self.file(name, &hostile_file(name))
    }

    fn file(mut self, name: &str, file: &Path) -> Self {
        self.adapters.push((name.to_owned(), Adapter::File(file.to_owned())));
        self
    }

    /// With a file of these bytes among the adapters.
    #[must_use]
    pub fn adapter_bytes(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.adapters.push((name.to_owned(), Adapter::Bytes(bytes.into())));
        self
    }

    /// With a platform to which events are pushed.
    #[must_use]
    pub fn platform(self, platform: &FakePlatform) -> Self {
        let (url, secret) = (platform.url(), FakePlatform::SECRET);
        self.config(&format!("[platform]\nurl = {url:?}\nsecret = {secret:?}"))
    }

    /// With a table of the configuration, in TOML.
    #[must_use]
    pub fn config(mut self, table: &str) -> Self {
        writeln!(self.tables, "{table}").expect("a string takes everything");
        self
    }

    /// With other lines below `[outgoing]` than those which allow loopback.
    #[must_use]
    pub fn outgoing(mut self, lines: &str) -> Self {
        lines.clone_into(&mut self.outgoing);
        self
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With another `RUST_LOG`.
    #[must_use]
    pub fn log(mut self, filter: &str) -> Self {
        filter.clone_into(&mut self.log_filter);
        self
    }

    /// Starts it on a free port, with an empty data folder.
    pub fn start(self) -> Eclusa {
        Eclusa::start(self)
    }
}
