//! What `eclusa adapter map` prints.

use std::path::Path;

use eclusa_engine::{CallError, CallReport, Called, LoadError, LogLevel};
use eclusa_model::{MediaStep, Outcome as Settled, Prepared, Problem, Received};
use serde::Serialize;

use super::summary;
use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::input::shown;
use crate::cli::output::{self, Style};

/// What the adapter made of the input. In JSON an object; what went wrong stands
/// under `problem` or `error`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer {
    Outcome(Settled),
    Media(MediaStep),
    Problem(Problem),
    Error(Error),
    #[serde(untagged)]
    Received(Received),
    #[serde(untagged)]
    Prepared(Prepared),
}

/// Why there is no answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Error {
    Load(LoadError),
    Call(CallError),
    Input(Failure),
}

impl Answer {
    /// The answer to a call; what the guest logged goes to standard error.
    pub(super) fn of<T>(
        result: Result<Called<T>, CallError>,
        make: impl FnOnce(T) -> Self,
    ) -> Self {
        match result {
            Ok(called) => {
                print_log(&called.report);
                make(called.value)
            }
            Err(error) => {
                print_log(&error.report);
                Self::Error(Error::Call(error))
            }
        }
    }

    /// Prints it for programs, and what went wrong for people too. With a file's
    /// name it takes one line.
    pub(super) fn print(&self, file: Option<&Path>) -> anyhow::Result<Outcome> {
        #[derive(Serialize)]
        struct Line<'a> {
            file: String,
            #[serde(flatten)]
            answer: &'a Answer,
        }
        match file {
            None => output::json(self)?,
            Some(file) => {
                output::json_line(&Line { file: file.display().to_string(), answer: self })?;
            }
        }
        let lines = self.complaint(Style::stderr());
        if let (Some(file), false) = (file, lines.is_empty()) {
            eprintln!("{}:", shown(file));
        }
        lines.iter().for_each(|line| eprintln!("{line}"));
        Ok(lines.is_empty().into())
    }

    /// What went wrong, for people; nothing where all went well.
    fn complaint(&self, style: Style) -> Vec<String> {
        let tell = |title: String, message: &str, action: Option<&str>| {
            let help = action.map(|action| format!("  {} {action}", style.bold("help:")));
            std::iter::once(format!("{} {message}", style.red(&title))).chain(help).collect()
        };
        match self {
            Self::Problem(problem) => {
                let at = problem.pointer.as_deref().map(|pointer| format!(" (at {pointer})"));
                let message = format!("{}{}", problem.message, at.unwrap_or_default());
                tell(format!("refused[{}]:", problem.code), &message, problem.action.as_deref())
            }
            Self::Error(Error::Load(error)) => summary::load_error_lines(error, style),
            Self::Error(Error::Call(error)) => summary::call_error_lines(error, style),
            Self::Error(Error::Input(failure)) => {
                tell(format!("error[{}]:", failure.code), &failure.message, Some(&failure.action))
            }
            Self::Outcome(_) | Self::Media(_) | Self::Received(_) | Self::Prepared(_) => Vec::new(),
        }
    }
}

fn print_log(report: &CallReport) {
    let style = Style::stderr();
    for line in &report.log {
        let level = match line.level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        eprintln!("{} {}", style.dim(&format!("log[{level}]:")), line.text);
    }
}
