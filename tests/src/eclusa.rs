//! A running Eclusa with a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::Setup;
use crate::compiled;
use crate::process::{Printed, Process};
use crate::setup::Adapter;

/// A running Eclusa. When it is dropped, it is asked to stop; a test fails whose
/// Eclusa has ended by itself.
#[derive(Debug)]
pub struct Eclusa {
    process: Option<Process>,
    printed: Printed,
    folder: TempDir,
    env: Vec<(String, String)>,
    token: String,
    pub(crate) http: reqwest::Client,
    /// All answers, with status and headers.
    pub(crate) answers: Mutex<Vec<String>>,
}

impl Eclusa {
    pub(crate) fn start(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let adapters = write_files(folder.path(), &setup);
        let compiling = compiled::fill(&folder.path().join("data"), &adapters);
        let printed = Printed::default();
        let mut env = setup.env;
        env.push(("RUST_LOG".to_owned(), setup.log_filter));
        let process = Process::start(&folder.path().join("eclusa.toml"), &env, &printed);
        compiled::keep(&folder.path().join("data"), compiling);
        // Fails where another test of this process has set it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            token: process.token.clone().expect("the first start prints an admin token"),
            process: Some(process),
            printed,
            folder,
            env,
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("an HTTP client"),
            answers: Mutex::default(),
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.running().url
    }

    /// The admin token that its first start printed.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of adapters that it watches.
    pub fn adapters(&self) -> PathBuf {
        self.folder.path().join("adapters")
    }

    /// All that it has logged, over all starts.
    pub fn log(&self) -> String {
        self.printed.log.lock().clone()
    }

    /// All answers that it gave, each with status, headers and body.
    pub fn answers(&self) -> Vec<String> {
        self.answers.lock().clone()
    }

    /// The number of the process, the same as long as it lives.
    pub fn process_id(&self) -> u32 {
        self.running().id()
    }

    /// Ends it as a power cut would: no handler of it runs.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// The same while requests are under way; [`Self::kill`] must follow.
    pub fn strike(&self) {
        self.running().strike();
    }

    /// Asks it to stop, and says how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        self.process.take().expect("it runs").terminate()
    }

    /// Asks it to stop, and does not wait; [`Self::stopped`] must follow.
    pub fn ask_to_stop(&self) {
        self.running().ask_to_stop();
    }

    /// Waits for the end that was asked for, and says how it ended.
    pub fn stopped(&mut self) -> ExitStatus {
        self.process.take().expect("it runs").wait()
    }

    /// Starts it again with the same data; on another port.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let config = self.folder.path().join("eclusa.toml");
        self.process = Some(Process::start(&config, &self.env, &self.printed));
    }

    /// Sets a variable of its environment for its next start.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    fn running(&self) -> &Process {
        self.process.as_ref().expect("it runs")
    }
}

impl Drop for Eclusa {
    fn drop(&mut self) {
        let Some(process) = &mut self.process else { return };
        if std::thread::panicking() {
            process.kill();
            eprintln!("--- log of eclusa ---\n{}", tail(&self.printed.log.lock()));
            return;
        }
        if let Some(status) = process.ended() {
            panic!("eclusa ended by itself, {status}:\n{}", tail(&self.printed.log.lock()));
        }
        let status = process.terminate();
        assert!(status.success(), "eclusa ended with {status}:\n{}", self.printed.log.lock());
    }
}

fn tail(log: &str) -> &str {
    const LONGEST: usize = 16 << 10;
    let start = log.len().saturating_sub(LONGEST);
    let start = (start..log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or(0);
    &log[start..]
}

/// Returns the SHA-256 of each adapter.
fn write_files(folder: &Path, setup: &Setup) -> Vec<String> {
    let adapters = folder.join("adapters");
    std::fs::create_dir(&adapters).expect("a folder for adapters");
    let mut digests = Vec::new();
    for (name, adapter) in &setup.adapters {
        let bytes = match adapter {
            Adapter::File(from) => std::fs::read(from).expect("an adapter's file"),
            Adapter::Bytes(bytes) => bytes.clone(),
        };
        digests.push(hex::encode(Sha256::digest(&bytes)));
        std::fs::write(adapters.join(format!("{name}.wasm")), bytes).expect("an adapter's file");
    }
    let config = format!(
        "listen = \"127.0.0.1:0\"\ndata = {:?}\nadapters = {adapters:?}\n\
         [outgoing]\n{}\n{}",
        folder.join("data"),
        setup.outgoing,
        setup.tables,
    );
    std::fs::write(folder.join("eclusa.toml"), config).expect("a file for the configuration");
    digests
}
