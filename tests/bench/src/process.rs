//! Servers under measurement, as processes of their own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::payload::SECRET;

const TOKEN: &str = "ecl_benchmark_only";

/// A server that is ended when it is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
}

impl Process {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start a server")?;
        let out = child.stdout.take().context("the server has no output")?;
        for line in BufReader::new(out).lines() {
            if let Some(address) = line?.strip_prefix("ready: http://") {
                return Ok(Self { child, address: address.to_owned() });
            }
        }
        anyhow::bail!("the server ended before it was ready")
    }

    /// The reference.
    pub(crate) fn reference(options: &crate::Options) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve-reference").arg("--eclusa").arg(&options.eclusa);
        command.arg("--adapters").arg(&options.adapters);
        Self::start(command)
    }

    /// Eclusa with a journal of this kind.
    pub(crate) fn eclusa(
        binary: &Path,
        adapters: &Path,
        data: &Path,
        journal: &str,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--adapters"])
            .arg(adapters)
            .arg("--data")
            .arg(data)
            .env("ECLUSA_JOURNAL", journal)
            .env("ECLUSA_ADMIN_TOKEN", TOKEN)
            .env("RUST_LOG", "warn");
        Self::start(command)
    }

    /// Creates a Telegram channel and returns the path of its ingress.
    pub(crate) async fn telegram_channel(&self) -> anyhow::Result<String> {
        // Fails where it was installed by an earlier call.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let channel: Value = reqwest::Client::builder()
            .tls_certs_only([])
            .build()?
            .put(format!("http://{}/v1/channels/bench", self.address))
            .bearer_auth(TOKEN)
            .json(&json!({
                "name": "Benchmark", "adapter": "telegram",
                "secrets": { "bot-token": "1:A", "webhook-secret": SECRET },
            }))
            .send()
            .await?
            .json()
            .await?;
        let url = channel.get("ingress_url").and_then(Value::as_str);
        let url = url.with_context(|| format!("no ingress URL in {channel}"))?;
        let path = url.find("/in/").and_then(|start| url.get(start..));
        Ok(path.context("no path in the ingress URL")?.to_owned())
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 =
            line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?.parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
