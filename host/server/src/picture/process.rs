//! The process that draws one picture: what it may use up, and how it answers.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::draw::{NoPicture, logo};

/// Most memory, in bytes.
const MEMORY: u64 = 512 << 20;

/// Most processor time, in seconds.
const SECONDS: u64 = 3;

/// What it ends with where it was given no picture.
pub(super) const NO_PICTURE: u8 = 3;

/// What it ends with where it says on its standard output why it drew nothing.
pub(super) const REFUSED: u8 = 4;

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// The PNG is on the standard output.
    Png,
    /// It did not draw; this is the exit code which says why.
    Not(u8),
}

/// Draws the picture on the standard input as a PNG on the standard output. It limits
/// what this process may use up, so nothing can come after it.
///
/// # Errors
/// Where its limits cannot be set, or its input and output are not there.
pub fn draw_logo() -> io::Result<Drawn> {
    limit(Resource::Data, MEMORY)?;
    limit(Resource::Cpu, SECONDS)?;
    // It has nothing to open, to write or to leave behind.
    limit(Resource::Nofile, 3)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    let mut picture = Vec::new();
    io::stdin().lock().read_to_end(&mut picture)?;
    let (bytes, drawn) = match logo(&picture) {
        Ok(png) => (png, Drawn::Png),
        Err(NoPicture::Type) => (Vec::new(), Drawn::Not(NO_PICTURE)),
        Err(error) => (error.to_string().into_bytes(), Drawn::Not(REFUSED)),
    };
    let mut out = io::stdout().lock();
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(drawn)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}
