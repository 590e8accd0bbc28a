//! Writing to the terminal.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::json;

/// Whether and how to use colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    colors: bool,
}

impl Style {
    /// For standard output.
    pub(super) fn stdout() -> Self {
        Self::for_stream(io::stdout().is_terminal())
    }

    /// For standard error.
    pub(super) fn stderr() -> Self {
        Self::for_stream(io::stderr().is_terminal())
    }

    /// Colours only on a terminal that can show them, and never where NO_COLOR
    /// is set.
    fn for_stream(terminal: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { colors: terminal && !dumb && !set("NO_COLOR") }
    }

    /// With colours or without, wherever it goes.
    #[cfg(test)]
    pub(super) fn fixed(colors: bool) -> Self {
        Self { colors }
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colors { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Prints lines on standard output.
pub(super) fn lines(texts: &[String]) -> anyhow::Result<()> {
    texts.iter().try_for_each(line)
}

/// Prints a line on standard output.
pub(super) fn line(text: impl AsRef<str>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    Ok(out.flush()?)
}

/// Prints a JSON document for people and programs alike.
pub(super) fn json(document: &impl Serialize) -> anyhow::Result<()> {
    line(json::pretty(&serde_json::to_string(document)?))
}

/// Prints a JSON document on a line of its own.
pub(super) fn json_line(document: &impl Serialize) -> anyhow::Result<()> {
    line(json::compact(&serde_json::to_string(document)?))
}

/// Prints columns below their titles.
pub(super) fn table(titles: &[&str], rows: &[Vec<String>]) -> anyhow::Result<()> {
    let style = Style::stdout();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        let title = titles.get(column).map_or(0, |title| title.chars().count());
        cells.max().unwrap_or(0).max(title)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let render = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    line(style.bold(&render(&mut titles.iter().copied())))?;
    rows.iter().try_for_each(|row| line(render(&mut row.iter().map(String::as_str))))
}

/// Whether an error only says that nobody reads our output any more.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
