//! The command line, as an operator uses it beside a running server.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::Eclusa;
use crate::artifacts::binary;

/// How a command has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it has printed.
    pub out: String,
    /// What it has told besides.
    pub err: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What a successful command has printed, read as JSON.
    ///
    /// # Panics
    /// When it has failed, or printed something else.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Eclusa {
    /// Runs a command that needs no server.
    pub fn command(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(binary());
        command.args(args).env_clear().stdin(Stdio::null());
        Ended::of(&command.output().expect("eclusa can be started"))
    }

    /// Runs a command against this server, with the admin's token.
    pub async fn cli(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(binary());
        command
            .args(args)
            .env_clear()
            .env("ECLUSA_URL", self.url())
            .env("ECLUSA_TOKEN", self.token())
            .stdin(Stdio::null());
        let running = tokio::task::spawn_blocking(move || command.output());
        let output = running.await.expect("a task").expect("eclusa can be started");
        Ended::of(&output)
    }
}
