//! The child process and what it prints.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};

use crate::artifacts::binary;

/// A start may have to compile adapters on a busy machine.
const START_TIME: Duration = Duration::from_secs(120);
const STOP_TIME: Duration = Duration::from_secs(30);

/// What a process has printed, over all its starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    pub(crate) log: Arc<Mutex<String>>,
}

/// A running `eclusa serve`.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    /// The admin token, where this start has made one.
    pub(crate) token: Option<String>,
}

impl Process {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(config: &Path, env: &[(String, String)], printed: &Printed) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "--config"])
            .arg(config)
            .env_clear()
            .env("RUST_BACKTRACE", "1")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("eclusa can be started");
        let stderr = child.stderr.take().expect("a pipe");
        let log = Arc::clone(&printed.log);
        std::thread::spawn(move || copy(stderr, &log));
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Nobody listens any more once it is ready.
                let _ = sender.send(line);
            }
        });
        let mut process = Self { child, url: String::new(), token: None };
        process.read_start(&lines, printed);
        process
    }

    fn read_start(&mut self, lines: &Receiver<String>, printed: &Printed) {
        let started = Instant::now();
        while self.url.is_empty() {
            match lines.recv_timeout(START_TIME.saturating_sub(started.elapsed())) {
                Ok(line) => {
                    if let Some(token) = line.strip_prefix("admin token (shown only now): ") {
                        self.token = Some(token.to_owned());
                    }
                    if let Some(url) = line.strip_prefix("ready: ") {
                        self.url = url.to_owned();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("eclusa was not ready in {START_TIME:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait();
                    panic!("eclusa ended at its start, {status:?}:\n{}", printed.log.lock());
                }
            }
        }
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }

    /// Asks it to stop.
    pub(crate) fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let asked = Instant::now();
        while asked.elapsed() < STOP_TIME {
            if let Some(status) = self.child.try_wait().expect("the child's status") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
        panic!("eclusa did not stop within {STOP_TIME:?}");
    }

    /// Begins its end: no handler of it runs.
    pub(crate) fn strike(&self) {
        self.signal(Signal::KILL);
    }

    /// Ends it at once: no handler of it runs.
    pub(crate) fn kill(&mut self) {
        self.strike();
        self.child.wait().expect("the child's status");
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the child's status")
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // It may have ended meanwhile; whoever asks how it ended will see.
        let _ = kill_process(pid.expect("a process id"), signal);
    }
}

fn copy(mut from: impl Read, to: &Mutex<String>) {
    let mut buffer = [0_u8; 8192];
    while let Ok(count) = from.read(&mut buffer)
        && count > 0
    {
        to.lock().push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
}
