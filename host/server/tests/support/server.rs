//! A server in this process, for the commands that talk to one.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::process::Stdio;

use eclusa_model::Secret;
use eclusa_server::{Config, Outgoing, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{Ended, eclusa, ended};

const TOKEN: &str = "ecl_token_of_this_test";

/// A running server with no adapters yet.
pub(crate) struct Running {
    // Dropped first, while there is a runtime.
    server: Option<Server>,
    runtime: Runtime,
    http: reqwest::Client,
    url: String,
    _folder: TempDir,
}

impl Running {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        share_compiled(&data);
        Self::with(folder, &data, Some(Secret::new(TOKEN)))
    }

    /// One on a data folder that has its tokens already.
    pub(crate) fn on(data: &std::path::Path) -> Self {
        Self::with(tempfile::tempdir().unwrap(), data, None)
    }

    fn with(folder: TempDir, data: &std::path::Path, admin_token: Option<Secret>) -> Self {
        let adapters = folder.path().join("adapters");
        std::fs::create_dir(&adapters).unwrap();
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            data: data.to_owned(),
            adapters,
            admin_token,
            outgoing: Outgoing {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
                ..Outgoing::default()
            },
            ..Config::default()
        };
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::start(config)).unwrap();
        let url = format!("http://{}", server.address());
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        Self { server: Some(server), runtime, http, url, _folder: folder }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs a command that talks to it.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.run_as(TOKEN, args)
    }

    /// The same with another token.
    pub(crate) fn run_as(&self, token: &str, args: &[&str]) -> Ended {
        let mut command = eclusa(args);
        command.env("ECLUSA_URL", &self.url).env("ECLUSA_TOKEN", token).stdin(Stdio::null());
        ended(command.output().unwrap())
    }

    /// Runs a command that must end well, and gives what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, 0, "{args:?}\n{}\n{}", ended.out, ended.err);
        ended.out
    }

    /// The same with `--json`.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[args, &["--json"]].concat())).unwrap()
    }

    /// Creates a channel on the adapter `shop`, and lets its chat post entries.
    pub(crate) fn shop(&self, id: &str, entries: &[Value]) {
        let channel = json!({
            "id": id, "name": "Shop", "adapter": "shop", "color": "#2A9D8F",
            "url": "https://shop.example/chat",
        });
        self.runtime.block_on(async {
            let created = self.http.post(format!("{}/v1/channels", self.url)).bearer_auth(TOKEN);
            let created = created.json(&channel).send().await.unwrap();
            assert_eq!(created.status(), 201);
            let created: Value = created.json().await.unwrap();
            for entry in entries {
                let posted = self.http.post(created["ingress_url"].as_str().unwrap());
                let posted = posted.json(entry).send().await.unwrap();
                assert_eq!(posted.status(), 200, "{entry}");
            }
        });
    }

    /// Sets a channel's secrets.
    pub(crate) fn give(&self, channel: &str, secrets: Value) {
        let url = format!("{}/v1/channels/{channel}", self.url);
        self.runtime.block_on(async {
            let patch = self.http.patch(url).bearer_auth(TOKEN);
            let patched = patch.json(&json!({ "secrets": secrets })).send().await.unwrap();
            assert_eq!(patched.status(), 200);
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// Each component is compiled once for all tests.
fn share_compiled(data: &std::path::Path) {
    let shared = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    std::fs::create_dir_all(&shared).unwrap();
    std::os::unix::fs::symlink(shared, data.join("compiled")).unwrap();
}

/// Somebody writes in a shop.
pub(crate) fn text(id: &str) -> Value {
    entry(id, "text", json!({ "text": "Bom dia, Ana!" }))
}

/// Somebody says where something is.
pub(crate) fn place(id: &str) -> Value {
    entry(id, "place", json!({ "lat": -23.5614, "lon": -46.6559, "text": "MASP" }))
}

fn entry(id: &str, kind: &str, fields: Value) -> Value {
    let mut entry = json!({
        "id": id, "thread": "t1", "user": { "id": "u1", "name": "Ana Souza" },
        "at": "2026-03-01T12:00:00Z", "kind": kind, "order": format!("A-{id}"), "lang": "pt",
    });
    for (name, value) in fields.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}
