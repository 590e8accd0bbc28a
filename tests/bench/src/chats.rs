//! The chats whose adapters are deployed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::Options;
use crate::connection::Call;
use crate::payload;

/// A chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chat {
    /// Eclusa's own JSON.
    Open,
    /// The shop of the tests, whose adapter has revisions.
    Shop,
    /// The largest of the adapters.
    Telegram,
}

impl Chat {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Shop, Self::Telegram];

    /// Name of its adapter.
    pub(crate) fn adapter(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Shop => "shop",
            Self::Telegram => "telegram",
        }
    }

    /// Its adapter's component.
    pub(crate) fn component(self, options: &Options) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Open => component(&options.adapters.join("open.wasm")),
            Self::Shop => shop(options, 1),
            Self::Telegram => component(&options.adapters.join("telegram.wasm")),
        }
    }

    /// A channel of it, as it is created.
    pub(crate) fn channel(self) -> Value {
        let secrets = match self {
            Self::Telegram => json!({ "bot-token": "1:A", "webhook-secret": payload::SECRET }),
            Self::Open | Self::Shop => json!({}),
        };
        let url = "http://127.0.0.1:1024/";
        json!({ "name": "Benchmark", "adapter": self.adapter(), "url": url, "secrets": secrets })
    }

    /// A person writes: the number is the message's, and all that is in it.
    pub(crate) fn call(self, path: &str, conversation: &str, number: u64) -> Call {
        let (header, body) = match self {
            Self::Open => ("", open(conversation, number)),
            Self::Shop => ("", text(conversation, number)),
            Self::Telegram => (payload::HEADER, payload::body(number)),
        };
        Call { path: path.to_owned(), header, body }
    }
}

/// The first or second revision of the shop's adapter.
pub(crate) fn shop(options: &Options, revision: u8) -> anyhow::Result<Vec<u8>> {
    component(&options.hostile().join(format!("shop-{revision}.wasm")))
}

/// A component's bytes.
pub(crate) fn component(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}; see `make bench`", file.display()))
}

/// A folder `adapters` in `work` with these files, and a path for data.
pub(crate) fn folders(work: &Path, files: &[(&str, &[u8])]) -> anyhow::Result<(PathBuf, PathBuf)> {
    let adapters = work.join("adapters");
    std::fs::create_dir(&adapters)?;
    for (name, bytes) in files {
        std::fs::write(adapters.join(format!("{name}.wasm")), bytes)?;
    }
    Ok((adapters, work.join("data")))
}

fn text(thread: &str, number: u64) -> String {
    format!(
        r#"{{"id":"{thread}-{number}","thread":"{thread}","user":{{"id":"u-{thread}","name":"Ana Souza"}},"at":"2026-03-01T12:00:00Z","kind":"text","text":"{number}","order":"A-{number}","lang":"pt","cart":{{"items":2,"total":"59.90"}}}}"#
    )
}

fn open(conversation: &str, number: u64) -> String {
    format!(
        r#"{{"id":"{conversation}-{number}","conversation":"{conversation}","from":{{"id":"u-{conversation}","name":"Ana Souza"}},"type":"text","text":{{"body":"{number}"}},"sent_at":"2026-03-01T12:00:00Z"}}"#
    )
}
