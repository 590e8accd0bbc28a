//! The stages of a deployment as they are passed.

use std::io::{self, IsTerminal, Write};

use eclusa_journal::registry::{Deployment, StageRecord};

use super::verdict::step;
use crate::cli::output::{self, Style};
use crate::cli::words;

/// The stages in their order.
const STAGES: [&str; 10] = [
    "format",
    "world",
    "imports",
    "memory",
    "compile",
    "instantiate",
    "describe",
    "samples",
    "requirements",
    "shadow",
];

/// Prints each stage once.
pub(super) struct Progress {
    style: Style,
    shown: usize,
    under_way: Option<&'static str>,
    /// The stage under way is shown too, where its line can be taken back.
    transient: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            style: Style::stdout(),
            shown: 0,
            under_way: None,
            transient: io::stdout().is_terminal() && !dumb,
        }
    }

    /// Prints what is new.
    pub(super) fn show(&mut self, deployment: &Deployment) -> anyhow::Result<()> {
        let stages = &deployment.stages;
        // It is compared anew where another revision has come to serve meanwhile.
        self.shown = self.shown.min(stages.len());
        if self.shown < stages.len() {
            self.clear()?;
        }
        for stage in stages.iter().skip(self.shown) {
            output::line(line(stage, self.style))?;
        }
        self.shown = stages.len();
        if stages.iter().all(|stage| stage.ok) {
            self.under_way()?;
        }
        Ok(())
    }

    /// Takes the line of the stage under way back.
    pub(super) fn clear(&self) -> anyhow::Result<()> {
        if self.transient {
            let mut out = io::stdout().lock();
            write!(out, "\r\x1b[K")?;
            out.flush()?;
        }
        Ok(())
    }

    fn under_way(&mut self) -> anyhow::Result<()> {
        let stage = STAGES.get(self.shown).copied();
        if let (true, Some(stage)) = (self.transient && stage != self.under_way, stage) {
            self.under_way = Some(stage);
            let mut out = io::stdout().lock();
            write!(out, "\r\x1b[K{:>12} {stage}…", "Checking")?;
            out.flush()?;
        }
        Ok(())
    }
}

fn line(stage: &StageRecord, style: Style) -> String {
    let time = words::micros(stage.duration_ms * 1000.0);
    if stage.ok {
        let message = words::first_line(&stage.message);
        return step(style, "Passed", &format!("{} ({time}) {message}", stage.stage));
    }
    // What was found is told at the end.
    format!("{} {} ({time})", style.red(&format!("{:>12}", "Failed")), stage.stage)
}
