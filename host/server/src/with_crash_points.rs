//! The `eclusa` of the crash harness: it ends at a named point, as by `kill -9`.
//!
//! Three variables of the environment say where. They do not begin with `ECLUSA_`,
//! since they are no configuration:
//!
//! - `CRASH_POINT`: the name of a `fail_point!`, e.g. `journal.before_commit`.
//!   Without it nothing ends.
//! - `CRASH_AFTER`: so many times the point is passed before. Default 0.
//! - `CRASH_DELAY_US`: so many microseconds the process goes on after the point.
//!   Default 0, which is at the point itself.

mod cli;

use std::env::{self, VarError};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Signal, getpid, kill_process};

fn main() -> ExitCode {
    if let Err(error) = arm() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    cli::run()
}

/// Lets the process end at the point that the environment names.
fn arm() -> anyhow::Result<()> {
    let Ok(point) = env::var("CRASH_POINT") else { return Ok(()) };
    let left = AtomicU64::new(number("CRASH_AFTER")?);
    let delay = Duration::from_micros(number("CRASH_DELAY_US")?);
    let reached = move || {
        let one_less = |left: u64| left.checked_sub(1);
        if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
            return;
        }
        if delay.is_zero() {
            end();
        }
        // Beside what goes on meanwhile.
        std::thread::spawn(move || {
            std::thread::sleep(delay);
            end();
        });
    };
    fail::cfg_callback(point, reached).map_err(anyhow::Error::msg).context("CRASH_POINT")
}

fn number(name: &str) -> anyhow::Result<u64> {
    match env::var(name) {
        Ok(value) => value.parse().with_context(|| format!("{name} is {value:?}, no number")),
        Err(VarError::NotPresent) => Ok(0),
        Err(error) => Err(error).context(name.to_owned()),
    }
}

/// No destructor runs and nothing is flushed.
fn end() {
    // It cannot fail: the process may end itself.
    let _ = kill_process(getpid(), Signal::KILL);
}
