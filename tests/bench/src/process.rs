//! Servers under measurement, as processes of their own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::api::{Api, TOKEN};

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
            .env("ECLUSA_OUTGOING_ALLOW", "127.0.0.0/8")
            .env("RUST_LOG", "warn");
        Self::start(command)
    }

    /// Its API.
    pub(crate) fn api(&self) -> anyhow::Result<Api> {
        Api::at(&self.address)
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
