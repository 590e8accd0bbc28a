//! The host as a process that is killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::point::Armed;

/// The admin token of all runs.
pub(crate) const TOKEN: &str = "ecl_crash_harness_only";

/// The key of pushes to the platform.
const SECRET: &str = "whsec_Y3Jhc2gtaGFybmVzcy1zZWNyZXQtMDAwMDAwMDE=";

/// Pauses between attempts, in seconds: soon enough for the run, and so many that
/// nothing becomes a dead letter.
const RETRY: &str = "[0.02,0.02,0.05,0.05,0.1,0.1,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2]";

/// What writes, syncs and answers.
const CALLS: &str = "pwrite64,ftruncate,fsync,fdatasync,write,writev,sendto,sendmsg";

/// Longer than any start takes: the first one compiles.
const START_TIME: Duration = Duration::from_secs(120);

/// What a host is started with.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    /// Holds `data`, `adapters` and the log.
    pub(crate) folder: PathBuf,
    /// Where events are pushed to, if anywhere.
    pub(crate) platform_url: Option<String>,
    /// Lets strace write there what the host asks of the kernel.
    pub(crate) trace: Option<PathBuf>,
}

/// A running host, which ends with its handle.
pub(crate) struct Process {
    child: Box<Child>,
}

/// How a start went.
pub(crate) enum Start {
    /// It takes requests.
    Ready { process: Process, address: String, took: Duration },
    /// It ended before.
    Ended(ExitStatus),
}

impl Setup {
    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What it has logged, over all starts.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("eclusa.log")
    }

    fn command(&self, armed: Option<Armed>) -> anyhow::Result<Command> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = match &self.trace {
            Some(trace) => {
                let mut command = Command::new("strace");
                // As a grandchild, so that signals and the end are the host's.
                command.args(["-D", "-f", "-y", "-e"]).arg(format!("trace={CALLS}"));
                command.arg("-o").arg(trace).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--adapters"])
            .arg(self.folder.join("adapters"))
            .arg("--data")
            .arg(self.data())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("ECLUSA_ADMIN_TOKEN", TOKEN)
            .env("ECLUSA_OUTGOING_ALLOW", "127.0.0.0/8")
            .env("ECLUSA_DELIVERY__RETRY", RETRY)
            .env("RUST_LOG", "warn,eclusa=info")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        if let Some(url) = &self.platform_url {
            command.env("ECLUSA_PLATFORM__URL", url).env("ECLUSA_PLATFORM__SECRET", SECRET);
        }
        if let Some(armed) = armed.filter(|armed| armed.point.is_named()) {
            armed.tell(&mut command);
        }
        Ok(command)
    }

    /// Starts it, to end at a point or to stay.
    pub(crate) async fn start(&self, armed: Option<Armed>) -> anyhow::Result<Start> {
        let (mut process, spawned) = self.spawn(armed)?;
        let out = process.child.stdout.take().context("the host has no output")?;
        let mut lines = BufReader::new(out).lines();
        let address = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("ready: http://") {
                    return anyhow::Ok(Some(address.to_owned()));
                }
            }
            Ok(None)
        };
        let address = tokio::time::timeout(START_TIME, address)
            .await
            .with_context(|| format!("the host was not ready within {START_TIME:?}"))??;
        let took = spawned.elapsed();
        Ok(match address {
            Some(address) => Start::Ready { process, address, took },
            None => Start::Ended(process.ended().await?),
        })
    }

    /// Starts it where nothing may keep it from being ready, and tells where it
    /// listens.
    pub(crate) async fn start_ready(
        &self,
        armed: Option<Armed>,
        listens: &watch::Sender<Option<String>>,
    ) -> anyhow::Result<(Process, Duration)> {
        match self.start(armed).await? {
            Start::Ready { process, address, took } => {
                listens.send_replace(Some(address));
                Ok((process, took))
            }
            Start::Ended(status) => {
                anyhow::bail!("the host does not start, {status}:\n{}", tail(&self.log()))
            }
        }
    }

    /// Starts it without waiting for anything.
    pub(crate) fn spawn(&self, armed: Option<Armed>) -> anyhow::Result<(Process, Instant)> {
        let started = Instant::now();
        let child = self.command(armed)?.spawn();
        let child = child.with_context(|| format!("{} cannot start", self.binary.display()))?;
        Ok((Process { child: Box::new(child) }, started))
    }

    /// Restores a backup into its data folder; returns how that ended.
    pub(crate) async fn restore(
        &self,
        from: &Path,
        armed: Option<Armed>,
    ) -> anyhow::Result<ExitStatus> {
        let mut command = Command::new(&self.binary);
        command.arg("restore").arg(from).arg("--data").arg(self.data()).env_clear();
        if let Some(armed) = armed {
            armed.tell(&mut command);
        }
        let log = File::options().create(true).append(true).open(self.log())?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        Ok(tokio::time::timeout(START_TIME, command.status()).await??)
    }

    /// Starts a second one on the same folder; returns how it ended.
    pub(crate) async fn intrude(&self) -> anyhow::Result<(ExitStatus, String)> {
        let mut command = self.command(None)?;
        let output = command.stderr(Stdio::piped()).output();
        let output = tokio::time::timeout(START_TIME, output).await??;
        Ok((output.status, String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

impl Process {
    /// Kills it, as the kernel does: nothing of it runs any more.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the host cannot be killed")
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) -> anyhow::Result<ExitStatus> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.context("the host has ended by itself")?, Signal::TERM)?;
        tokio::time::timeout(Duration::from_secs(60), self.ended())
            .await
            .context("the host did not stop within a minute")?
    }
}

/// The end of a log.
pub(crate) fn tail(log: &Path) -> String {
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = log.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
